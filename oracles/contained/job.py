"""Start a calculation in a child process, watch it, and end it on time."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loop.records import Cost, Failure, FailureKind, Outcome
from oracles.contained.endings import FROM_OUTSIDE, KINDS, died_of
from oracles.contained.nursery import sweep
from oracles.contained.spool import read_outcome, write_json, write_outcome
from oracles.contained.starting import Death, LostError, start

POLL_SECONDS = 0.05
LOG_TAIL = 2000

OUTSIDE_SECONDS = 2.0
"""Within which a signal that ends all processes of a program has reached each of them."""


@dataclass(frozen=True)
class Containment:
    """What one calculation may use.

    Attributes
    ----------
    deadline_seconds
        Elapsed time after which the calculation is killed with all its children.
    memory_bytes
        Limit of the address space of the child; 0 for none.
    threads
        Threads of BLAS and OpenMP, and parts at a time that do not wait for each other
        (:mod:`oracles.contained.abreast`).
    """

    deadline_seconds: float
    memory_bytes: int
    threads: int


@dataclass(frozen=True)
class Job:
    """One calculation: which oracle with which settings, which molecule, and where its files live.

    Attributes
    ----------
    attempt
        How often it was begun, this time included.
    set_back
        The last attempt that failed in a way that lets it be tried again; 0 if none did. What it left is
        not what this one brings.
    """

    oracle: str
    settings: Mapping[str, Any]
    smiles: str
    directory: Path
    attempt: int = 1
    set_back: int = 0


def run(job: Job, containment: Containment, cancelled: Callable[[], bool]) -> Outcome | None:
    """Run a calculation to its end, blocking the calling thread.

    An outcome that a former run left in the directory is returned at once, and nothing is calculated.

    Returns
    -------
    Outcome or None
        ``None`` if ``cancelled`` became true first; the calculation is then dead and left no outcome.
    """
    if (found := read_outcome(job.directory, job.set_back)) is not None:
        return found
    _prepare(job, containment)
    began = time.monotonic()
    try:
        death = _watch(job, containment, cancelled, began)
    except LostError as error:
        cost = Cost(0.0, time.monotonic() - began)
        return _fail(job, Failure(FailureKind.TRANSIENT, f"the calculation was lost: {error}", cost))
    if death is None or isinstance(death, Failure):
        return death
    if -death.code in FROM_OUTSIDE and _soon(cancelled):
        return None
    cost = Cost(death.cpu_seconds, time.monotonic() - began)
    return read_outcome(job.directory) or _fail(job, _death(job, death.code, cost))


def _watch(
    job: Job, containment: Containment, cancelled: Callable[[], bool], began: float
) -> Death | Failure | None:
    """Wait for the end of a calculation, and bring it about when it is time or it is cancelled."""
    started = start(job.oracle, job.directory, containment.threads)
    with closing(started):
        while True:
            try:
                death = started.wait(POLL_SECONDS)
            except LostError:
                sweep(started.pid)
                raise
            if death is not None:
                return death
            if cancelled():
                started.kill()
                return None
            elapsed = time.monotonic() - began
            if elapsed > containment.deadline_seconds:
                cost = Cost(started.kill().cpu_seconds, elapsed)
                reason = f"the deadline of {containment.deadline_seconds:g} s passed"
                return _fail(job, Failure(FailureKind.RESOURCE, reason, cost))


def _soon(cancelled: Callable[[], bool]) -> bool:
    """Whether what ended a calculation from outside is about to end the program too."""
    until = time.monotonic() + OUTSIDE_SECONDS
    while not cancelled() and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
    return cancelled()


def _prepare(job: Job, containment: Containment) -> None:
    # Whatever an unfinished attempt left here must not be mistaken for this one's.
    shutil.rmtree(job.directory, ignore_errors=True)
    job.directory.mkdir(parents=True)
    write_json(
        job.directory / "job.json",
        {
            "oracle": job.oracle,
            "settings": dict(job.settings),
            "smiles": job.smiles,
            "attempt": job.attempt,
            "memory_bytes": containment.memory_bytes,
            "threads": containment.threads,
        },
    )


def _death(job: Job, code: int, cost: Cost) -> Failure:
    tail = (job.directory / "log.txt").read_text(errors="replace")[-LOG_TAIL:].strip()
    if code < 0:
        kind, reason = KINDS.get(-code, FailureKind.UNKNOWN), f"the calculation {died_of(-code)}"
    elif "MemoryError" in tail or "Cannot allocate memory" in tail or "bad_alloc" in tail:
        kind, reason = FailureKind.RESOURCE, "out of memory"
    else:
        kind, reason = FailureKind.UNKNOWN, f"the calculation ended with status {code} and no outcome"
    return Failure(kind, reason, cost, {"log": tail})


def _fail(job: Job, failure: Failure) -> Failure:
    write_outcome(job.directory, failure, job.attempt)
    return failure
