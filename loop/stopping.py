"""Why a campaign ends: its budget, its stop rules, or nothing left to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from loop.campaign import PROGRESS, Round, State
from loop.definition import Budget, Definition
from loop.records import Failure, Outcome, Request


def reason_to_stop(definition: Definition, state: State) -> str | None:
    """Return the first budget or stop rule that lets nothing new begin; what is pending is waited for."""
    budget, rule = definition.budget, definition.stop
    if (spent := budget_spent(budget, state)) is not None:
        return spent
    if budget.evaluations is not None and state.evaluations >= budget.evaluations:
        return f"budget spent: {state.evaluations} of {budget.evaluations} evaluations"
    if budget.rounds is not None and _rounds_after_design(definition, state) >= budget.rounds:
        return f"budget spent: {budget.rounds} rounds after the initial design"
    met = len(state.meeting_all_goals(definition.objectives)) if state.rounds else 0
    wanted = rule.molecules_meeting_all_goals
    if wanted is not None and met >= wanted:
        return f"goal reached: {met} molecules meet every goal"
    return _stalled(definition, state)


def budget_spent(budget: Budget, state: State) -> str | None:
    """Return which running budget (core-hours, wall clock) is spent; it also ends a round early."""
    return _spent(budget, state.cpu_seconds, state.wall_seconds)


def oracle_broken(limit: int | None, state: State) -> str | None:
    """Return which oracle failed ``limit`` times in a row since the last run began, if one did.

    A person who starts the program again has looked at it, and it gets as many tries anew.
    """
    return None if limit is None else _broken(limit, _failing(state))


class Vigil:
    """What ends a run at once, followed from answer to answer without reading the campaign again.

    Parameters
    ----------
    state
        From which on it is followed.
    """

    def __init__(self, definition: Definition, state: State) -> None:
        self._budget, self._limit = definition.budget, definition.stop.failures_in_a_row
        self._cpu_seconds, self._wall_seconds, self._since = state.cpu_seconds, state.wall_seconds, state.at
        self._failing = _failing(state)

    def saw(self, request: Request, outcome: Outcome) -> None:
        """Take note of an answer or a setback."""
        self._cpu_seconds += outcome.cost.cpu_seconds
        if isinstance(outcome, Failure):
            before, _ = self._failing.get(request.oracle, (0, ""))
            self._failing[request.oracle] = before + 1, outcome.reason
        else:
            self._failing.pop(request.oracle, None)

    def ends(self, now: float) -> bool:
        """Whether nothing more may be begun; ``now`` in seconds since 1970-01-01 UTC."""
        wall_seconds = self._wall_seconds + max(0.0, now - self._since)
        if _spent(self._budget, self._cpu_seconds, wall_seconds) is not None:
            return True
        return self._limit is not None and _broken(self._limit, self._failing) is not None


def _spent(budget: Budget, cpu_seconds: float, wall_seconds: float) -> str | None:
    core_hours, hours = cpu_seconds / 3600, wall_seconds / 3600
    if budget.core_hours is not None and core_hours >= budget.core_hours:
        return f"budget spent: {core_hours:.2f} of {budget.core_hours:g} core-hours"
    if budget.wall_clock_hours is not None and hours >= budget.wall_clock_hours:
        return f"budget spent: {hours:.2f} of {budget.wall_clock_hours:g} hours of wall clock"
    return None


def _broken(limit: int, failing: Mapping[str, tuple[int, str]]) -> str | None:
    for oracle, (times, reason) in failing.items():
        if times >= limit:
            return f"the oracle {oracle} failed {times} times in a row, last because {reason}"
    return None


def _failing(state: State) -> dict[str, tuple[int, str]]:
    """Oracle -> how often in a row it failed since the last run began, and why the last time."""
    since = state.sessions[-1].started if state.sessions else 0.0
    failing: dict[str, tuple[int, str]] = {}
    well: set[str] = set()
    oracles = {protocol.oracle for protocol in state.protocols.values()}
    for answer in reversed(state.computed):
        if answer.at < since or (oracles and well >= oracles):
            break
        oracle, outcome = answer.request.oracle, answer.outcome
        if not isinstance(outcome, Failure):
            well.add(oracle)
        elif oracle not in well:
            times, reason = failing.get(oracle, (0, outcome.reason))
            failing[oracle] = times + 1, reason
    return failing


def _rounds_after_design(definition: Definition, state: State) -> int:
    if definition.in_flight is None:
        return len(state.rounds) - 1
    return sum(len(r.picks) for r in state.rounds[1:]) // definition.batch


def _decisions(definition: Definition, ended: Sequence[Round], rounds: int) -> int:
    """How many of the last decisions make so many rounds."""
    if definition.in_flight is None:
        return rounds
    held = np.cumsum([len(r.picks) for r in reversed(ended)])
    return int(np.searchsorted(held, rounds * definition.batch)) + 1


def _stalled(definition: Definition, state: State) -> str | None:
    patience = definition.stop.rounds_without_progress
    if patience is None:
        return None
    # A round that is not answered cannot show progress yet.
    ended = [r for r in state.rounds if state.awaited.isdisjoint(p.candidate.molecule for p in r.picks)]
    back = _decisions(definition, ended, patience)
    if len(ended) <= back + 1:
        return None
    volumes = state.hypervolume_by_round(definition.objectives)
    if volumes[ended[-1].number] <= volumes[ended[-1 - back].number] * (1 + PROGRESS):
        return f"no progress: the hypervolume grew by less than {PROGRESS:.0%} in {patience} rounds"
    return None
