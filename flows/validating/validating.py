"""Calculate what checks need, and judge."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from oracles.validation.calculation import Answer, Calculation
from oracles.validation.check import Check, Group, Verdict, judge
from oracles.validation.running import run


@dataclass(frozen=True)
class Plan:
    """What is going to be held against what.

    Attributes
    ----------
    checks
        Of every group.
    calculations
        What they need, each once.
    """

    checks: Mapping[Group, tuple[Check, ...]]
    calculations: tuple[Calculation, ...]

    @classmethod
    def of(cls, groups: Sequence[Group], full: bool) -> Plan:
        """The small table of these groups, or the full one."""
        checks = {group: group.checks(full) for group in groups}
        needs = [n for each in checks.values() for check in each if not check.stale for n in check.needs]
        return cls(checks, tuple(dict.fromkeys(needs)))

    @property
    def expected_cpu_seconds(self) -> float:
        """Of all calculations together."""
        return sum(calculation.expected_cpu_seconds for calculation in self.calculations)


@dataclass(frozen=True)
class Judgement:
    """What came out.

    Attributes
    ----------
    cpu_seconds
        Of all calculations together.
    """

    verdicts: Mapping[Group, tuple[Verdict, ...]]
    cpu_seconds: float


def carry_out(plan: Plan, workers: int, done: Callable[[Calculation], None]) -> Judgement:
    """Calculate, telling ``done`` of each calculation that ended, and judge every check."""
    answers: dict[Calculation, Answer] = {}
    with (
        tempfile.TemporaryDirectory(prefix="zincloop-") as scratch,
        closing(run(plan.calculations, workers, Path(scratch))) as running,
    ):
        for calculation, answer in running:
            answers[calculation] = answer
            done(calculation)
    verdicts = {g: tuple(judge(check, answers) for check in checks) for g, checks in plan.checks.items()}
    return Judgement(verdicts, sum(answer.cpu_seconds for answer in answers.values()))
