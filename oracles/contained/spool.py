"""Outcomes on disk, written so that a file that exists is whole.

A finished calculation survives the death of the program that asked for it: the child writes its outcome
here before anybody commits it, and the next run of the program reads it again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loop.records import Cost, Failure, FailureKind, Measurement, Outcome, Value

OUTCOME = "outcome.json"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file atomically and durably."""
    write_text(path, json.dumps(content, allow_nan=False))


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically and durably: temporary file, fsync, rename, fsync the directory."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def write_outcome(directory: Path, outcome: Outcome, attempt: int = 1) -> None:
    """Leave the outcome of an attempt in the directory of its job."""
    content: dict[str, Any] = {
        "attempt": attempt,
        "cost": [outcome.cost.cpu_seconds, outcome.cost.wall_seconds],
        "details": dict(outcome.details),
    }
    if isinstance(outcome, Failure):
        content |= {"failure": str(outcome.kind), "reason": outcome.reason}
    else:
        content["values"] = [[v.property, v.value, v.unit, v.uncertainty] for v in outcome.values]
    write_json(directory / OUTCOME, content)


def read_outcome(directory: Path, after: int = 0) -> Outcome | None:
    """Read the outcome left in a directory; ``None`` if there is none or it is not whole.

    Parameters
    ----------
    after
        The attempt whose outcome, and that of all before it, is of no more use.
    """
    try:
        content = json.loads((directory / OUTCOME).read_text())
        if content.get("attempt", 1) <= after:
            return None
        cost, details = Cost(*content["cost"]), content["details"]
        if "failure" in content:
            return Failure(FailureKind(content["failure"]), content["reason"], cost, details)
        return Measurement(tuple(Value(*value) for value in content["values"]), cost, details)
    except (OSError, ValueError, KeyError, TypeError):
        # A damaged file is the same as none: the calculation is done again.
        return None
