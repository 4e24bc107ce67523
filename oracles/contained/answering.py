"""What a measurement, or whatever happened instead of one, is as an outcome."""

from __future__ import annotations

import errno
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from loop.molecule import MoleculeError, parse
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

KINDS: dict[type[Exception], FailureKind] = {
    InputError: FailureKind.INPUT,
    MoleculeError: FailureKind.INPUT,
    ConvergenceError: FailureKind.CONVERGENCE,
    ResourceError: FailureKind.RESOURCE,
    TransientError: FailureKind.TRANSIENT,
    RejectedError: FailureKind.REJECTED,
    NotAValueError: FailureKind.REJECTED,
}

NOT_INSTALLED = "not_installed"
"""Detail of a failure that holds for every molecule: the module that the calculation could not import."""

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EPERM)
"""Why a file cannot be written that can be elsewhere, or later."""


def answer(oracle: ComputedOracle, smiles: str, scratch: Path, spent: Callable[[], Cost]) -> Outcome:
    """Measure, and turn whatever happens into an outcome.

    This is the one place where an exception of a calculation becomes a recorded failure.

    Parameters
    ----------
    spent
        Says at the end what it cost.
    """
    try:
        found = oracle.measure(parse(smiles), scratch)
        _check(oracle, found)
        return Measurement(found.values, spent(), found.details)
    except MemoryError:
        return Failure(FailureKind.RESOURCE, f"out of memory{_limit()}", spent())
    except OSError as error:
        if error.errno not in UNWRITABLE:
            return _unknown(error, spent())
        reason = f"{error.filename or scratch} cannot be written: {error.strerror}"
        return Failure(FailureKind.RESOURCE, reason, spent())
    except (OracleError, MoleculeError, NotAValueError) as error:
        kind = next(k for t, k in KINDS.items() if isinstance(error, t))
        details = error.details if isinstance(error, OracleError) else {}
        return Failure(kind, str(error), spent(), details)
    except ModuleNotFoundError as error:  # other import errors may be of memory, and of one molecule
        return _unknown(error, spent(), {NOT_INSTALLED: error.name or str(error)})
    except Exception as error:  # noqa: BLE001 - the one place that has to catch everything
        return _unknown(error, spent())


def _limit() -> str:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return "" if limit == resource.RLIM_INFINITY else f": more than memory_gb = {limit / 1e9:g} is needed"


def _unknown(error: Exception, cost: Cost, more: Mapping[str, str] | None = None) -> Failure:
    text = "".join(traceback.format_exception(error))
    sys.stderr.write(text)
    details = {"traceback": text, **(more or {})}
    return Failure(FailureKind.UNKNOWN, f"{type(error).__name__}: {error}", cost, details)


def answer_here(oracle: ComputedOracle, smiles: str) -> Outcome:
    """Measure in this thread, which is for what takes no time to speak of."""
    cpu, wall = time.thread_time(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zincloop-") as scratch:
        return answer(
            oracle, smiles, Path(scratch), lambda: Cost(time.thread_time() - cpu, time.monotonic() - wall)
        )


def _check(oracle: ComputedOracle, found: Measurement) -> None:
    promised = {p.name: p.unit for p in oracle.properties}
    if {v.property: v.unit for v in found.values} != promised:
        raise RejectedError(f"the oracle promised {promised} and brought {found.values}")
