"""A calculation can do anything wrong; only its own request may suffer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from loop.records import Failure, FailureKind, Measurement
from oracles.contained import Containment, Job, close, run
from oracles.contained.spool import OUTCOME, read_outcome
from tests.processes import alive

PLUGIN = Path(__file__).parents[2] / "plugin"
LIMITS = Containment(deadline_seconds=60.0, memory_bytes=4_000_000_000, threads=1)


@pytest.fixture(autouse=True)
def _plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHONPATH", f"{PLUGIN}:{Path.cwd()}")
    close()  # calculations have the environment of the nursery that they come from
    yield
    close()


def _job(directory: Path, manner: str) -> Job:
    return Job("misbehaving", {"manner": manner}, "CO", directory / "job")


def _never() -> bool:
    return False


def test_measures_and_counts_the_cost(tmp_path: Path) -> None:
    outcome = run(Job("synthesizability", {}, "CS(C)=O", tmp_path / "job"), LIMITS, _never)
    assert isinstance(outcome, Measurement)
    assert outcome.values[0].property == "sa"
    assert 0.0 < outcome.cost.cpu_seconds < 60.0
    assert outcome.cost.wall_seconds > 0.0


@pytest.mark.parametrize(
    ("manner", "kind", "clause"),
    [
        ("not converged", FailureKind.CONVERGENCE, "did not converge"),
        ("segfault", FailureKind.UNKNOWN, "SIGSEGV"),
        ("memory", FailureKind.RESOURCE, "out of memory"),
        ("exit", FailureKind.UNKNOWN, "status 3"),
        ("bug", FailureKind.UNKNOWN, "ZeroDivisionError"),
        ("nan", FailureKind.REJECTED, "not a finite number"),
        ("inf", FailureKind.REJECTED, "not a finite number"),
        ("unit", FailureKind.REJECTED, "promised"),
    ],
)
def test_failure_has_kind_and_reason(tmp_path: Path, manner: str, kind: FailureKind, clause: str) -> None:
    outcome = run(_job(tmp_path, manner), LIMITS, _never)
    assert isinstance(outcome, Failure)
    assert outcome.kind == kind
    assert clause in outcome.reason
    assert read_outcome(tmp_path / "job") == outcome


@pytest.mark.parametrize("manner", ["hang", "spin"])
def test_dead_at_its_deadline_without_orphans(tmp_path: Path, manner: str) -> None:
    started = time.monotonic()
    outcome = run(_job(tmp_path, manner), Containment(4.0, 0, 1), _never)
    assert isinstance(outcome, Failure)
    assert outcome.kind == FailureKind.RESOURCE
    assert "deadline of 4 s" in outcome.reason
    assert time.monotonic() - started < 6.0
    grandchild = tmp_path / "job" / "grandchild"
    if manner == "hang":
        killed = int(grandchild.read_text())
        _await(lambda: not alive(killed))
    else:
        assert outcome.cost.cpu_seconds > 1.0


def test_as_many_parts_at_a_time_as_threads_and_none_outlives_its_calculation(tmp_path: Path) -> None:
    outcome = run(_job(tmp_path, "parts hang"), Containment(4.0, 0, 3), _never)
    assert isinstance(outcome, Failure)
    assert "deadline of 4 s" in outcome.reason
    parts = [int(path.read_text()) for path in (tmp_path / "job").glob("part*")]
    assert len(parts) == 3
    _await(lambda: not any(map(alive, parts)))


def test_what_parts_spend_is_part_of_the_cost(tmp_path: Path) -> None:
    outcome = run(_job(tmp_path, "parts spend"), replace(LIMITS, threads=2), _never)
    assert isinstance(outcome, Measurement)
    assert outcome.cost.cpu_seconds > 1.9


def test_cancelled_calculation_leaves_nothing(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()
    assert run(_job(tmp_path, "hang"), LIMITS, stop.is_set) is None
    assert read_outcome(tmp_path / "job") is None


def test_finished_calculation_is_not_repeated(tmp_path: Path) -> None:
    job = Job("synthesizability", {}, "CS(C)=O", tmp_path / "job")
    first = run(job, LIMITS, _never)
    before = (tmp_path / "job" / OUTCOME).stat().st_mtime_ns
    assert run(job, LIMITS, _never) == first
    assert (tmp_path / "job" / OUTCOME).stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "damage", ["", "{", '{"cost": [1, 2], "details": {}, "values": [["sa", NaN, "1", 0]]}']
)
def test_damaged_outcome_is_calculated_again(tmp_path: Path, damage: str) -> None:
    job = Job("synthesizability", {}, "CS(C)=O", tmp_path / "job")
    job.directory.mkdir()
    (job.directory / OUTCOME).write_text(damage)
    assert isinstance(run(job, LIMITS, _never), Measurement)


def test_what_a_kill_left_of_an_unfinished_file_is_no_outcome(tmp_path: Path) -> None:
    job = Job("synthesizability", {}, "CS(C)=O", tmp_path / "job")
    whole = run(job, LIMITS, _never)
    left = job.directory / f".{OUTCOME}.4711"
    (job.directory / OUTCOME).rename(left)
    again = run(job, LIMITS, _never)
    assert isinstance(whole, Measurement)
    assert isinstance(again, Measurement)
    assert again.cost != whole.cost, "it was calculated again"
    assert not left.exists()


def test_nothing_outlives_the_program(tmp_path: Path) -> None:
    """SIGKILL the controller: neither the calculation nor what it started lives on as an orphan."""
    program = textwrap.dedent(
        f"""
        from pathlib import Path
        from oracles.contained import Containment, Job, close, run
        job = Job("misbehaving", {{"manner": "hang"}}, "CO", Path({str(tmp_path / "job")!r}))
        run(job, Containment(60.0, 0, 1), lambda: False)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    grandchild = _grandchild(tmp_path)
    nurseries = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    assert nurseries
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    _await(lambda: not any(map(alive, (*map(int, nurseries), grandchild))))


def _grandchild(directory: Path) -> int:
    pidfile = directory / "job" / "grandchild"
    _await(lambda: pidfile.exists() and bool(pidfile.read_text()))
    return int(pidfile.read_text())


def _await(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within ten seconds")


def _nursery(pid: int) -> int:
    """The process from which the calculation that started ``pid`` was forked."""
    calculation = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return int(Path(f"/proc/{calculation}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_calculation_lost_with_its_nursery_is_tried_again_and_the_next_begins(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        lost = pool.submit(run, _job(tmp_path, "hang"), LIMITS, _never)
        grandchild = _grandchild(tmp_path)
        os.kill(_nursery(grandchild), signal.SIGKILL)
        outcome = lost.result(timeout=10)
    assert isinstance(outcome, Failure)
    assert outcome.kind == FailureKind.TRANSIENT
    _await(lambda: not alive(grandchild))
    job = Job("synthesizability", {}, "CS(C)=O", tmp_path / "next")
    assert isinstance(run(job, LIMITS, _never), Measurement)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_ends_every_process_of_the_program_is_no_failure_of_the_calculation(
    tmp_path: Path, number: signal.Signals
) -> None:
    """As a system does when it shuts down: the signal comes to the calculation first."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(run, _job(tmp_path, "hang"), LIMITS, stop.is_set)
        nursery = _nursery(_grandchild(tmp_path))
        os.kill(nursery, number)
        for child in Path(f"/proc/{nursery}/task/{nursery}/children").read_text().split():
            os.kill(int(child), number)
        threading.Timer(0.5, stop.set).start()
        assert ended.result(timeout=10) is None
    assert read_outcome(tmp_path / "job") is None


def test_a_calculation_ended_by_somebody_is_tried_again(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(run, _job(tmp_path, "hang"), LIMITS, _never)
        nursery = _nursery(_grandchild(tmp_path))
        for child in Path(f"/proc/{nursery}/task/{nursery}/children").read_text().split():
            os.kill(int(child), signal.SIGTERM)
        outcome = ended.result(timeout=10)
    assert isinstance(outcome, Failure)
    assert outcome.kind == FailureKind.TRANSIENT
    assert "SIGTERM" in outcome.reason


def test_what_was_set_back_is_calculated_again(tmp_path: Path) -> None:
    job = Job("synthesizability", {}, "CS(C)=O", tmp_path / "job")
    first = run(job, LIMITS, _never)
    again = run(replace(job, attempt=2, set_back=1), LIMITS, _never)
    assert isinstance(first, Measurement)
    assert isinstance(again, Measurement)
    assert again.cost != first.cost
    assert run(replace(job, attempt=3, set_back=1), LIMITS, _never) == again


def test_threads_are_pinned(tmp_path: Path) -> None:
    job = _job(tmp_path, "hang")
    stop = threading.Event()
    seen: list[str] = []

    def look() -> bool:
        pidfile = job.directory / "grandchild"
        if pidfile.exists() and pidfile.read_text():
            seen.append(Path(f"/proc/{pidfile.read_text()}/environ").read_text())
            stop.set()
        return stop.is_set()

    run(job, Containment(30.0, 0, 3), look)
    assert "OMP_NUM_THREADS=3" in seen[0].split("\0")
    assert json.loads((job.directory / "job.json").read_text())["smiles"] == "CO"
