"""Calculations that misbehave: what they cost, and whether their neighbours notice."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from benchmarks.durable.machine import alive, environment
from loop.records import Failure, Outcome
from oracles.contained import Containment, Job, close, run


@contextmanager
def calculating() -> Iterator[Path]:
    """A directory for calculations with the oracles of ``tests/plugin``."""
    former = dict(os.environ)
    os.environ.update(environment())
    close()
    try:
        with tempfile.TemporaryDirectory(prefix="zincloop-contained-") as directory:
            yield Path(directory)
    finally:
        close()
        os.environ.clear()
        os.environ.update(former)


def misbehaving(directory: Path, manner: str, limits: Containment) -> Outcome:
    """Have a calculation go wrong."""
    return _never_cancelled(Job("misbehaving", {"manner": manner}, "CO", directory / manner), limits)


def _never_cancelled(job: Job, limits: Containment) -> Outcome:
    outcome = run(job, limits, lambda: False)
    assert outcome is not None  # noqa: S101 - only what is cancelled has none
    return outcome


def lateness(directory: Path, manner: str, deadline: float) -> float:
    """Seconds from a deadline until the calculation and everything it started are gone."""
    started = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(misbehaving, directory, manner, Containment(deadline, 0, 1))
        group: set[int] = set()
        while not ended.done():
            group |= descendants(os.getpid())
            time.sleep(0.01)
        outcome = ended.result()
    nursery = set(children(os.getpid()))
    while any(map(alive, group - nursery)):
        time.sleep(0.005)
    gone = time.monotonic() - started - deadline
    assert isinstance(outcome, Failure)  # noqa: S101 - it never ends by itself
    assert "deadline" in outcome.reason  # noqa: S101
    return gone


def beside(directory: Path, manner: str) -> tuple[Outcome, Outcome]:
    """A calculation that goes wrong, and one of DFT that began before and ends after it."""
    limits = Containment(120.0, 4_000_000_000, 1)
    neighbour = Job("orbitals", {"solvent": "gas"}, "CO", directory / "neighbour")
    with ThreadPoolExecutor(2) as pool:
        good = pool.submit(_never_cancelled, neighbour, limits)
        while not (neighbour.directory / "log.txt").exists():
            time.sleep(0.01)
        bad = misbehaving(directory, manner, limits)
        assert not good.done()  # noqa: S101 - or it was no neighbour
        return bad, good.result()


def children(pid: int) -> list[int]:
    """Processes that the threads of a process started."""
    try:
        tasks = [p.read_text() for p in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for text in tasks for child in text.split()]


def descendants(pid: int) -> set[int]:
    """Children, and theirs."""
    own = children(pid)
    return set(own).union(*map(descendants, own))
