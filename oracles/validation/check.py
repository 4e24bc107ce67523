"""What is held against what: a number of somebody else's, and how far ours may lie from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from oracles.validation.calculation import Answer, Calculation

Values = Mapping[str, float]


class Grade(StrEnum):
    """How a check came out."""

    OK = "ok"
    DRIFTED = "drifted"
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """One number with its reference.

    Attributes
    ----------
    what
        What is computed, in a few words.
    reference
        What it should be.
    low, high
        Between which it is not called drifted, these included.
    unit
        Of all three; ``1`` for none.
    source
        Where the reference is from.
    needs
        What has to be calculated.
    value
        Makes the number from the values of ``needs``, in their order.
    stale
        Why nothing can be compared, where that is known beforehand; nothing is calculated then.
    """

    what: str
    reference: float
    low: float
    high: float
    unit: str
    source: str
    needs: tuple[Calculation, ...]
    value: Callable[[Sequence[Values]], float]
    stale: str = ""

    @property
    def tolerance(self) -> str:
        """The range as a person reads it."""
        if math.isinf(self.high):
            return f">= {self.low:g}"
        if math.isinf(self.low):
            return f"<= {self.high:g}"
        return f"± {(self.high - self.low) / 2:g}"


def near(
    what: str, reference: float, tolerance: float, unit: str, source: str, calculation: Calculation, key: str
) -> Check:
    """Check that a value of one calculation lies within ``tolerance`` of the reference."""
    low, high = reference - tolerance, reference + tolerance
    return Check(what, reference, low, high, unit, source, (calculation,), lambda found: found[0][key])


def at_least(what: str, floor: float, source: str, value: float) -> Check:
    """Check that a number that is known already, without a unit, does not lie below a floor."""
    return Check(what, floor, floor, math.inf, "1", source, (), lambda _: value)


def missing(what: str, unit: str, reason: str) -> Check:
    """A check that cannot be made, because there is no reference."""
    return Check(what, math.nan, math.nan, math.nan, unit, "", (), lambda _: math.nan, reason)


@dataclass(frozen=True)
class Verdict:
    """What became of a check.

    Attributes
    ----------
    value
        The number; ``None`` if there is none.
    reason
        Why there is none.
    """

    check: Check
    value: float | None
    reason: str = ""

    @property
    def grade(self) -> Grade:
        """Whether the number is there, and where it should be."""
        if self.value is None:
            return Grade.FAILED
        return Grade.OK if self.check.low <= self.value <= self.check.high else Grade.DRIFTED


def judge(check: Check, answers: Mapping[Calculation, Answer]) -> Verdict:
    """Hold what was calculated against the reference."""
    if check.stale:
        return Verdict(check, None, check.stale)
    found = [answers[need] for need in check.needs]
    if wrong := next((a.reason for a in found if a.values is None), None):
        return Verdict(check, None, wrong)
    return Verdict(check, check.value([a.values for a in found if a.values is not None]))


@dataclass(frozen=True)
class Group:
    """Checks that belong together.

    Attributes
    ----------
    name
        What ``--only`` calls it.
    title
        What is held against what, in a line.
    drift
        What it would mean if one of them drifted.
    checks
        Those of the small table, or with ``True`` all of them.
    """

    name: str
    title: str
    drift: str
    checks: Callable[[bool], tuple[Check, ...]]
