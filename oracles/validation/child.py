"""What the process of one calculation does: reads it from its standard input, leaves ``answer.json``."""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from loop.protocols import OracleError
from oracles.contained.endings import die_with_parent
from oracles.contained.spool import write_json
from oracles.validation.calculation import Answer, understood


def main(parent: int, directory: str) -> None:
    """Calculate; anything but an ``OracleError`` ends this process with a traceback in its log."""
    die_with_parent(parent)
    calculation = understood(sys.stdin.read())
    values, reason = None, ""
    try:
        values = calculation.compute(Path(directory) / "scratch")
        json.dumps(values, allow_nan=False)
    except OracleError as error:
        reason = f"{type(error).__name__}: {error}"
    usage = resource.getrusage(resource.RUSAGE_SELF)
    answer = Answer(values, reason, usage.ru_utime + usage.ru_stime)
    write_json(Path(directory) / "answer.json", asdict(answer))
