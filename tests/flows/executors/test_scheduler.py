"""With a scheduler of one's own: what outlives the program, who joins later, and who is out of reach."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from flows.executors import AwayError
from flows.executors.dask import DaskExecutor
from loop.protocols import PartError
from loop.records import Measurement
from oracles.contained.spool import read_outcome
from tests.conftest import PLUGIN, ROOT, unavailable
from tests.flows.executors.conftest import (
    LIMITS,
    await_,
    misbehaving,
    never,
    parent,
    pid_in,
    scheduler,
    surface,
    worker,
    workers,
)
from tests.processes import alive


@pytest.fixture(scope="module")
def address(tally: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with scheduler(tmp_path_factory.mktemp("scheduler")) as (found, _):
        yield found


def test_a_calculation_outlives_the_program_and_the_next_one_gets_its_outcome(
    address: str, tally: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    job = surface(tmp_path, "outlives", str(gate))
    program = textwrap.dedent(
        f"""
        from pathlib import Path
        from flows.executors.dask import DaskExecutor
        from tests.flows.executors.conftest import LIMITS, never, surface, workers
        with DaskExecutor(workers(1, kind="scheduler", address={address!r}), 4.0, Path("unused")) as executor:
            executor.run(surface(Path({str(tmp_path)!r}), "outlives", {str(gate)!r}), LIMITS, never)
        """
    )
    with worker(address, tmp_path):
        first = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
        running = pid_in(job.directory / "pid")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        with (
            DaskExecutor(workers(1, kind="scheduler", address=address), 4.0, tmp_path) as executor,
            ThreadPoolExecutor(1) as pool,
        ):
            answer = pool.submit(executor.run, job, LIMITS, never)
            time.sleep(2.0)
            assert alive(running)
            assert pid_in(job.directory / "pid") == running, "it was begun again"
            gate.touch()
            assert isinstance(answer.result(timeout=20), Measurement)
    assert Counter(tally.read_text().split())["outlives"] == 1


def test_a_program_that_is_stopped_leaves_no_calculation_on_the_scheduler(
    address: str, tmp_path: Path
) -> None:
    job, stop = misbehaving(tmp_path, "hang"), threading.Event()
    with worker(address, tmp_path):
        with (
            DaskExecutor(workers(1, kind="scheduler", address=address), 4.0, tmp_path) as executor,
            ThreadPoolExecutor(1) as pool,
        ):
            ended = pool.submit(executor.run, job, LIMITS, stop.is_set)
            grandchild = pid_in(job.directory / "grandchild")
            stop.set()
            assert ended.result(timeout=5) is None
        await_(lambda: not alive(grandchild), 5)
    assert read_outcome(job.directory) is None


def test_a_worker_that_joins_later_is_used(address: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    jobs = [surface(tmp_path, name, str(gate)) for name in ("first", "second")]
    with (
        worker(address, tmp_path, "early"),
        DaskExecutor(workers(4, kind="scheduler", address=address), 4.0, tmp_path) as executor,
        ThreadPoolExecutor(2) as pool,
    ):
        answers = [pool.submit(executor.run, job, LIMITS, never) for job in jobs]
        await_(lambda: any((job.directory / "pid").exists() for job in jobs))
        time.sleep(1.0)
        assert not all((job.directory / "pid").exists() for job in jobs)
        with worker(address, tmp_path, "late"):
            places = {parent(parent(pid_in(job.directory / "pid"))) for job in jobs}
            assert len(places) == 2
            gate.touch()
            assert all(isinstance(answer.result(timeout=20), Measurement) for answer in answers)


def test_a_worker_that_does_not_see_the_directory_uses_its_own(address: str, tmp_path: Path) -> None:
    """It looks at another file system where the campaign's is: a mount namespace of its own."""
    job, away = surface(tmp_path / "campaign", "unseen"), tmp_path / "campaign"
    away.mkdir()
    command = f"mount -t tmpfs none {away} && exec {sys.executable} -m distributed.cli.dask_worker {address}"
    command += f" --nthreads 1 --no-nanny --no-dashboard --local-directory {tmp_path}"
    lone = subprocess.Popen(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", command],
        stderr=(tmp_path / "log").open("w"),
    )
    try:
        with DaskExecutor(workers(1, kind="scheduler", address=address), 4.0, tmp_path) as executor:
            outcome = executor.run(job, LIMITS, lambda: lone.poll() is not None)
    finally:
        lone.terminate()
        lone.wait()
    if outcome is None and "unshare" in (tmp_path / "log").read_text():
        unavailable("this machine allows no namespaces")
    assert isinstance(outcome, Measurement)
    assert read_outcome(job.directory) == outcome
    assert [p.name for p in job.directory.iterdir()] == ["outcome.json"], "it was calculated in here"


@pytest.mark.slow
def test_a_scheduler_that_goes_away_and_does_not_come_back_is_one_sentence(
    tally: Path, tmp_path: Path
) -> None:
    job = misbehaving(tmp_path, "hang")
    with (
        ThreadPoolExecutor(1) as pool,
        scheduler(tmp_path) as (own, process),
        worker(own, tmp_path),
        DaskExecutor(workers(1, kind="scheduler", address=own), 4.0, tmp_path) as executor,
    ):
        answer = pool.submit(executor.run, job, LIMITS, never)
        grandchild = pid_in(job.directory / "grandchild")
        os.kill(process, signal.SIGKILL)
        with pytest.raises(AwayError, match=rf"workers.cluster: {own} is out of reach"):
            answer.result(timeout=60)
        await_(lambda: not alive(grandchild), 20)
    assert read_outcome(job.directory) is None


@pytest.mark.slow
def test_a_scheduler_that_is_back_at_once_costs_no_failure(tally: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    job = surface(tmp_path, "restarted", str(gate))
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        own, process = stack.enter_context(scheduler(tmp_path))
        stack.enter_context(worker(own, tmp_path, "before"))
        table = workers(1, kind="scheduler", address=own)
        executor = stack.enter_context(DaskExecutor(table, 4.0, tmp_path))
        answer = pool.submit(executor.run, job, LIMITS, never)
        first = pid_in(job.directory / "pid")
        os.kill(process, signal.SIGKILL)
        await_(lambda: not alive(first))
        stack.enter_context(scheduler(tmp_path, int(own.rpartition(":")[2])))
        stack.enter_context(worker(own, tmp_path, "after"))
        gate.touch()
        assert isinstance(answer.result(timeout=60), Measurement)
    assert Counter(tally.read_text().split())["restarted"] == 1


@pytest.mark.slow
def test_a_scheduler_that_nobody_answers_for_is_one_sentence_soon(tmp_path: Path) -> None:
    nobody = workers(2, kind="scheduler", address="tcp://127.0.0.1:9")
    began = time.monotonic()
    with DaskExecutor(nobody, 4.0, tmp_path) as executor, ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(executor.run, surface(tmp_path, n), LIMITS, never) for n in ("one", "two")]
        for answer in asked:
            with pytest.raises(AwayError, match=r"workers.cluster: tcp://127.0.0.1:9 cannot be reached"):
                answer.result()
    assert time.monotonic() - began < 20


def test_a_worker_with_another_recipe_calculates_nothing(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PLUGIN, tmp_path / "plugin")
    recipe = tmp_path / "plugin" / "zincloop_test_surface.py"
    recipe.write_text(recipe.read_text().replace('"recipe": 1', '"recipe": 2'))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'plugin'}{os.pathsep}{ROOT}")
    job = surface(tmp_path, "other")
    table = workers(1, kind="scheduler", address=address)
    with (
        worker(address, tmp_path),
        DaskExecutor(table, 4.0, tmp_path) as executor,
        pytest.raises(
            PartError, match=r"workers\.cluster: the oracle 'surface' on .* another protocol"
        ) as told,
    ):
        executor.run(job, LIMITS, never)
    assert not isinstance(told.value, AwayError)
    assert read_outcome(job.directory) is None
