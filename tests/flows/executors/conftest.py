"""Real clusters of Dask on this machine, and looks at their processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flows.campaign_file.tables import WorkersTable
from flows.executors.dask import DaskExecutor
from loop import parts
from oracles.contained import Containment, Job
from tests.conftest import PLUGIN, ROOT

LIMITS = Containment(deadline_seconds=60.0, memory_bytes=4_000_000_000, threads=1)


def never() -> bool:
    return False


def workers(count: int, **cluster: Any) -> WorkersTable:
    return WorkersTable.model_validate({"count": count, "cluster": cluster})


@pytest.fixture(scope="module")
def oracles() -> Iterator[None]:
    """Make the oracles of ``tests/plugin`` available here, and on workers that are started from now on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PLUGIN))
        patch.setenv("PYTHONPATH", f"{PLUGIN}{os.pathsep}{ROOT}")
        _look_again()
        yield
    _look_again()


def _look_again() -> None:
    for cached in (parts.kinds, parts.load):
        cached.cache_clear()


@pytest.fixture(scope="module")
def tally(oracles: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file into which calculations that end write the names of their directories."""
    path = tmp_path_factory.mktemp("tally") / "tally"
    path.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZINCLOOP_TEST_TALLY", str(path))
        yield path


@pytest.fixture(scope="module")
def local(tally: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskExecutor]:
    """Two workers on this machine, for all tests of a module."""
    with DaskExecutor(workers(2, kind="local"), 4.0, tmp_path_factory.mktemp("dask")) as executor:
        yield executor


def misbehaving(directory: Path, manner: str) -> Job:
    return Job("misbehaving", {"manner": manner}, "CO", directory / "jobs" / manner.replace(" ", "-"))


def surface(directory: Path, name: str, waits_for: str = "") -> Job:
    return Job("surface", {"waits_for": waits_for}, "CCO", directory / "jobs" / name)


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def await_(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"it did not happen within {seconds:.0f} seconds")
        time.sleep(0.05)


def pid_in(path: Path) -> int:
    """A process that a calculation wrote down, once it has."""
    await_(lambda: path.exists() and bool(path.read_text()))
    return int(path.read_text())


@contextmanager
def scheduler(directory: Path, port: int = 0) -> Iterator[tuple[str, int]]:
    """A scheduler of its own, as a user starts one; gives its address and process."""
    file = directory / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-dashboard", "--scheduler-file", str(file)]
    file.unlink(missing_ok=True)
    with _process(command, directory / "scheduler.log") as process:
        await_(lambda: file.exists() and '"address"' in file.read_text())
        yield json.loads(file.read_text())["address"], process.pid


@contextmanager
def worker(address: str, directory: Path, name: str = "one") -> Iterator[subprocess.Popen[bytes]]:
    """A worker with one place that joins a scheduler."""
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny"]
    command += ["--no-dashboard", "--name", name, "--local-directory", str(directory)]
    with _process(command, directory / f"{name}.log") as process:
        yield process


@contextmanager
def _process(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
