"""What the process of one calculation does: it is forked from :mod:`oracles.contained.nursery`.

Reads ``job.json``, measures, writes ``outcome.json``. This is the one place where an exception of a
calculation becomes a recorded failure.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import cast

from loop.molecule import MoleculeError, parse
from loop.parts import load
from loop.protocols import (
    ComputedOracle,
    ConvergenceError,
    InputError,
    OracleError,
    RejectedError,
    ResourceError,
    TransientError,
)
from loop.records import Cost, Failure, FailureKind, Measurement, NotAValueError, Outcome
from oracles.contained.spool import write_outcome

PR_SET_PDEATHSIG = 1

KINDS: dict[type[Exception], FailureKind] = {
    InputError: FailureKind.INPUT,
    MoleculeError: FailureKind.INPUT,
    ConvergenceError: FailureKind.CONVERGENCE,
    ResourceError: FailureKind.RESOURCE,
    TransientError: FailureKind.TRANSIENT,
    RejectedError: FailureKind.REJECTED,
    NotAValueError: FailureKind.REJECTED,
}


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when the thread that started it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)


def spent(since: float) -> Cost:
    """CPU time of this process and its children so far, and the time since ``since``."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return Cost(cpu, time.monotonic() - since)


def answer(oracle: ComputedOracle, smiles: str, scratch: Path, started: float) -> Outcome:
    """Measure, and turn whatever happens into an outcome."""
    try:
        found = oracle.measure(parse(smiles), scratch)
        _check(oracle, found)
        return Measurement(found.values, spent(started), found.details)
    except MemoryError:
        return Failure(FailureKind.RESOURCE, "out of memory", spent(started))
    except (OracleError, MoleculeError, NotAValueError) as error:
        kind = next(k for t, k in KINDS.items() if isinstance(error, t))
        return Failure(kind, str(error), spent(started), getattr(error, "details", {}))
    except Exception as error:  # noqa: BLE001 - the one place that has to catch everything
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"
        return Failure(FailureKind.UNKNOWN, reason, spent(started), {"traceback": traceback.format_exc()})


def _check(oracle: ComputedOracle, found: Measurement) -> None:
    promised = {p.name: p.unit for p in oracle.properties}
    if {v.property: v.unit for v in found.values} != promised:
        raise RejectedError(f"the oracle promised {promised} and brought {found.values}")


def main(directory: Path) -> None:
    """Run the job of a directory."""
    started = time.monotonic()
    job = json.loads((directory / "job.json").read_text())
    if job["memory_bytes"]:
        resource.setrlimit(resource.RLIMIT_AS, (job["memory_bytes"], job["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    part = load("oracles", job["oracle"]).model_validate(job["settings"])
    outcome = answer(cast(ComputedOracle, part), job["smiles"], directory, started)
    write_outcome(directory, outcome, job["attempt"])
