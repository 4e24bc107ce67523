"""What can be decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loop.protocols import Lesson
from loop.records import Candidate, Pick, Request

WAITING = "waiting for the laboratory"
"""How the reason of every :class:`Wait` begins."""


@dataclass(frozen=True)
class Propose:
    """Open this round: commit the batch and its requests, then evaluate."""

    number: int
    seed: int
    batch: tuple[Pick, ...]
    requests: tuple[Request, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Screen:
    """Before this round: ask cheaper oracles about its most promising candidates, then decide again."""

    number: int
    candidates: tuple[Candidate, ...]
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Teach:
    """Before this round: teach a generator what is measured, then decide again.

    Attributes
    ----------
    source
        Place of the generator among the sources.
    """

    number: int
    source: int
    lesson: Lesson
    seed: int


@dataclass(frozen=True)
class Evaluate:
    """Get answers to these requests, in this order, going on with those under way.

    With ``Definition.in_flight`` the next decision is due after the next answer, else after all of them.
    """

    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Ask:
    """Ask people about the best of what is computed: commit the requests, then decide again.

    Attributes
    ----------
    rounds
        How many rounds there were when these were chosen.
    """

    rounds: int
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Wait:
    """Nothing is to be done before people report, or before a date.

    Attributes
    ----------
    requests
        What is awaited of them.
    reason
        For a person: why nothing else is done meanwhile.
    until
        When to decide again even so, seconds since 1970-01-01 UTC.
    """

    requests: tuple[Request, ...]
    reason: str
    until: float | None = None


@dataclass(frozen=True)
class Pause:
    """End this run, not the campaign: a person has to look before more is spent."""

    reason: str


@dataclass(frozen=True)
class Close:
    """End the campaign."""

    reason: str


Decision = Propose | Screen | Teach | Evaluate | Ask | Wait | Pause | Close
