"""Start a calculation in a child process, watch it, and end it on time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loop.records import Cost, Failure, FailureKind, Outcome
from oracles.contained.spool import read_outcome, write_json, write_outcome

POLL_SECONDS = 0.05
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
LOG_TAIL = 2000


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
        Threads of BLAS and OpenMP.
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
    started = time.monotonic()
    with (job.directory / "log.txt").open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-m", "oracles.contained.child", str(job.directory)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(containment.threads),
            start_new_session=True,
        )
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            elapsed = time.monotonic() - started
            if pid:
                child.returncode = os.waitstatus_to_exitcode(status)
                break
            if cancelled():
                _kill(child)
                return None
            if elapsed > containment.deadline_seconds:
                cost = Cost(_kill(child), elapsed)
                reason = f"the deadline of {containment.deadline_seconds:g} s passed"
                return _fail(job, Failure(FailureKind.RESOURCE, reason, cost))
            time.sleep(POLL_SECONDS)
    _sweep(child.pid)
    found = read_outcome(job.directory)
    cost = Cost(usage.ru_utime + usage.ru_stime, elapsed)
    return found or _fail(job, _death(job, child.returncode, cost))


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
            "parent": os.getpid(),
        },
    )


def _environment(threads: int) -> dict[str, str]:
    pinned = dict.fromkeys(THREAD_VARIABLES, str(threads))
    return os.environ | pinned | {"PYTHONUNBUFFERED": "1"}


def _kill(child: subprocess.Popen[bytes]) -> float:
    """Kill the child with everything it started; returns its CPU seconds."""
    _sweep(child.pid)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def _sweep(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _death(job: Job, code: int, cost: Cost) -> Failure:
    tail = (job.directory / "log.txt").read_text(errors="replace")[-LOG_TAIL:].strip()
    if code < 0:
        name = signal.Signals(-code).name
        kind = FailureKind.RESOURCE if -code == signal.SIGKILL else FailureKind.UNKNOWN
        reason = f"the calculation died of {name}"
        if -code == signal.SIGKILL:
            reason += ", most likely because the machine ran out of memory"
    elif "MemoryError" in tail or "Cannot allocate memory" in tail or "bad_alloc" in tail:
        kind, reason = FailureKind.RESOURCE, "out of memory"
    else:
        kind, reason = FailureKind.UNKNOWN, f"the calculation ended with status {code} and no outcome"
    return Failure(kind, reason, cost, {"log": tail})


def _fail(job: Job, failure: Failure) -> Failure:
    write_outcome(job.directory, failure, job.attempt)
    return failure
