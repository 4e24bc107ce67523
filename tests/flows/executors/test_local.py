"""Calculations on workers of Dask are contained as they are here, and a lost worker costs one of them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.executors.dask import DaskExecutor
from loop.records import Failure, FailureKind, Measurement
from oracles.contained import Containment
from oracles.contained.spool import read_outcome
from tests.flows.executors.conftest import (
    LIMITS,
    await_,
    misbehaving,
    never,
    parent,
    pid_in,
    surface,
)
from tests.processes import alive


def test_an_outcome_comes_back_is_kept_and_not_calculated_again(
    local: DaskExecutor, tally: Path, tmp_path: Path
) -> None:
    job = surface(tmp_path, "outcome")
    outcome = local.run(job, LIMITS, never)
    assert isinstance(outcome, Measurement)
    assert outcome.values[0].property == "tpsa"
    assert outcome.cost.cpu_seconds > 0
    assert read_outcome(job.directory) == outcome
    assert local.run(job, LIMITS, never) == outcome
    assert Counter(tally.read_text().split())["outcome"] == 1


@pytest.mark.parametrize(
    ("manner", "kind", "clause"),
    [
        ("not converged", FailureKind.CONVERGENCE, "did not converge"),
        ("segfault", FailureKind.UNKNOWN, "SIGSEGV"),
        ("memory", FailureKind.RESOURCE, "out of memory"),
        ("exit", FailureKind.UNKNOWN, "status 3"),
    ],
)
def test_a_failure_comes_back_with_its_kind(
    local: DaskExecutor, tmp_path: Path, manner: str, kind: FailureKind, clause: str
) -> None:
    job = misbehaving(tmp_path, manner)
    outcome = local.run(job, LIMITS, never)
    assert isinstance(outcome, Failure)
    assert outcome.kind == kind
    assert clause in outcome.reason
    assert read_outcome(job.directory) == outcome


def test_a_hang_is_killed_at_its_deadline_with_all_it_started(local: DaskExecutor, tmp_path: Path) -> None:
    job = misbehaving(tmp_path, "hang")
    outcome = local.run(job, Containment(3.0, 0, 1), never)
    assert isinstance(outcome, Failure)
    assert outcome.kind == FailureKind.RESOURCE
    assert "deadline of 3 s" in outcome.reason
    assert not alive(pid_in(job.directory / "grandchild"))


def test_a_stop_kills_the_calculation_on_its_worker_and_leaves_nothing(
    local: DaskExecutor, tmp_path: Path
) -> None:
    job, stop = misbehaving(tmp_path, "hang"), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(local.run, job, LIMITS, stop.is_set)
        grandchild = pid_in(job.directory / "grandchild")
        stop.set()
        assert ended.result(timeout=5) is None
    await_(lambda: not alive(grandchild), 5)
    assert read_outcome(job.directory) is None
    assert isinstance(local.run(surface(tmp_path, "next"), LIMITS, never), Measurement)


def test_a_lost_worker_costs_its_calculation_and_no_other(
    local: DaskExecutor, tally: Path, tmp_path: Path
) -> None:
    """Two run, a third waits for a place; the worker of the first is killed."""
    gate = tmp_path / "gate"
    jobs = {name: surface(tmp_path, name, str(gate)) for name in ("neighbour", "third")}
    with ThreadPoolExecutor(3) as pool:
        lost = pool.submit(local.run, misbehaving(tmp_path, "hang"), LIMITS, never)
        grandchild = pid_in(tmp_path / "jobs" / "hang" / "grandchild")
        neighbour = pool.submit(local.run, jobs["neighbour"], LIMITS, never)
        beside = pid_in(jobs["neighbour"].directory / "pid")
        third = pool.submit(local.run, jobs["third"], LIMITS, never)
        time.sleep(1.0)
        assert not (jobs["third"].directory / "pid").exists(), "more in flight than there are places"
        worker = parent(parent(parent(grandchild)))
        assert worker not in (os.getpid(), 1)
        os.kill(worker, signal.SIGKILL)
        outcome = lost.result(timeout=20)
        assert isinstance(outcome, Failure)
        assert outcome.kind == FailureKind.TRANSIENT
        assert "lost with its worker" in outcome.reason
        await_(lambda: not alive(grandchild), 5)
        pid_in(jobs["third"].directory / "pid")  # begun, on the worker that came in its place
        assert alive(beside)
        gate.touch()
        assert isinstance(neighbour.result(timeout=20), Measurement)
        assert isinstance(third.result(timeout=20), Measurement)
    counts = Counter(tally.read_text().split())
    assert (counts["neighbour"], counts["third"]) == (1, 1)


def test_it_listens_to_this_machine_alone(local: DaskExecutor, tmp_path: Path) -> None:
    """Of every socket that this process and those it started listen at."""
    local.run(surface(tmp_path, "first"), LIMITS, never)
    addresses = _listening(_family(os.getpid()))
    assert len(addresses) >= 3, "a scheduler and two workers"
    assert {a.partition(":")[0] for a in addresses} == {"0100007F"}


def _family(pid: int) -> set[int]:
    """A process with all that descend from it."""
    found = {pid}
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found |= _family(int(child))
    return found


def _listening(pids: set[int]) -> list[str]:
    links = [link for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir()]
    inodes = {str(link.readlink()) for link in links if link.is_symlink()}
    lines = [
        line.split() for f in ("tcp", "tcp6") for line in Path(f"/proc/net/{f}").read_text().splitlines()[1:]
    ]
    return [fields[1] for fields in lines if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes]
