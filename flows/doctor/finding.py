"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad it is: a campaign runs well, runs with a risk, or does not run."""

    OK = "ok"
    WARNING = "warning"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    about
        What was looked at, in a word or two.
    seen
        What was seen there.
    advice
        What to do; empty where nothing is to be done.
    """

    grade: Grade
    about: str
    seen: str
    advice: str = ""


def ok(about: str, seen: str) -> Finding:
    """Nothing is to be done."""
    return Finding(Grade.OK, about, seen)


def warning(about: str, seen: str, advice: str) -> Finding:
    """A campaign runs, with a risk."""
    return Finding(Grade.WARNING, about, seen, advice)


def trouble(about: str, seen: str, advice: str) -> Finding:
    """A campaign does not run, or not right."""
    return Finding(Grade.TROUBLE, about, seen, advice)
