"""What the user asked for, free of files and frameworks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from loop.failing import FailurePolicy
from loop.molecule import Limits
from loop.objective import Objective


@dataclass(frozen=True)
class Budget:
    """What a campaign may spend; ``None`` is no limit.

    Attributes
    ----------
    evaluations
        Molecules asked for, each by all oracles; failures count.
    core_hours
        CPU time of all answers, failures included, in core-hours.
    wall_clock_hours
        Time during which the campaign ran, in hours; pauses between runs do not count.
    rounds
        Rounds after the initial design; see :attr:`Definition.in_flight` for what counts as one.
    """

    evaluations: int | None = None
    core_hours: float | None = None
    wall_clock_hours: float | None = None
    rounds: int | None = None


@dataclass(frozen=True)
class StopRules:
    """When to stop before the budget is spent; ``None`` switches a rule off.

    Attributes
    ----------
    molecules_meeting_all_goals
        Stop once this many molecules reach every goal (see :meth:`State.meeting_all_goals`).
    rounds_without_progress
        Stop after this many rounds in which the hypervolume grew by less than 1 % of itself.
    failures_in_a_row
        Pause, so that a person can look, when one oracle failed this often in a row since the run began.
    """

    molecules_meeting_all_goals: int | None = None
    rounds_without_progress: int | None = None
    failures_in_a_row: int | None = 8


class Meanwhile(StrEnum):
    """What a campaign does while people are asked and programs have answered."""

    WAIT = "wait"
    GO_ON = "go on"


@dataclass(frozen=True)
class Waiting:
    """How a campaign waits for people.

    Attributes
    ----------
    meanwhile
        Whether rounds are opened while readings are awaited, which counts the molecules as pending.
    until
        From then on (seconds since 1970-01-01 UTC) the campaign goes on in any case, and closes if nothing
        else is left to do; ``None`` waits as long as it takes.
    open_at_most
        Molecules awaited at which no round is opened, whatever else is said.
    ask_best
        Molecules people are asked about after each round, the best by what is computed; ``None`` asks them
        about every molecule, with the round.
    """

    meanwhile: Meanwhile = Meanwhile.WAIT
    until: float | None = None
    open_at_most: int | None = None
    ask_best: int | None = None


@dataclass(frozen=True)
class Definition:
    """What the user asked for, free of files and frameworks.

    Attributes
    ----------
    batch
        Molecules of a round.
    screened
        Candidates of each round about which the oracles of ``cheaper`` are asked before its batch is chosen.
    cheaper
        Property of an objective -> property that stands for it in screening.
    waiting
        How the campaign waits for people.
    failures
        What is tried again, and how often.
    teaching
        Whether generators that learn are taught what is measured.
    in_flight
        Molecules under way at once: a place that falls free is filled at the next decision, with the others
        still pending. ``None`` proceeds by rounds, each answered in full before the next. Each decision opens
        a round all the same; budget and stop rules that count rounds then count ``batch`` molecules as one.
    """

    name: str
    seed: int
    objectives: tuple[Objective, ...]
    limits: Limits
    budget: Budget
    stop: StopRules
    batch: int
    pool: int
    in_flight: int | None = None
    screened: int = 0
    cheaper: Mapping[str, str] = field(default_factory=dict)
    waiting: Waiting = Waiting()
    failures: FailurePolicy = field(default_factory=FailurePolicy)
    teaching: bool = False
