"""Answers of oracles as lines of a file that only grows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import json_lines
from loop.records import Failure, Outcome
from oracles.validation.calculation import computed


@dataclass(frozen=True)
class Line:
    """One answer.

    Attributes
    ----------
    values
        Property -> value in its unit; empty if it failed.
    failure
        Kind and reason; empty if it did not.
    """

    oracle: str
    protocol: str
    values: dict[str, float]
    failure: str
    cpu_seconds: float
    wall_seconds: float

    @classmethod
    def of(cls, oracle: str, outcome: Outcome) -> Line:
        """An outcome by the oracle's protocol of now."""
        cost, protocol = outcome.cost, computed(oracle).protocol().digest
        seconds = round(cost.cpu_seconds, 2), round(cost.wall_seconds, 2)
        if isinstance(outcome, Failure):
            return cls(oracle, protocol, {}, f"{outcome.kind}: {outcome.reason}", *seconds)
        return cls(oracle, protocol, {v.property: v.value for v in outcome.values}, "", *seconds)


class Kept:
    """Lines by key, in a file.

    Parameters
    ----------
    file
        JSON lines; a line that was cut off by a kill is left out.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lines = {row.pop("key"): Line(**row) for row in json_lines.read(file)}

    @property
    def directory(self) -> Path:
        """Where the calculations are, beside the file."""
        return self._file.with_suffix("")

    def add(self, key: str, line: Line) -> None:
        """Keep one more."""
        self._lines[key] = line
        json_lines.append(self._file, {"key": key, **asdict(line)})

    def __contains__(self, key: str) -> bool:
        return key in self._lines

    def __getitem__(self, key: str) -> Line:
        return self._lines[key]
