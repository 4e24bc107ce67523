"""Why a campaign ends: its budget, its stop rules, or nothing left to ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from loop.campaign import PROGRESS, Budget, Definition, Round, State
from loop.records import Failure


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
    core_hours, hours = state.cpu_seconds / 3600, state.wall_seconds / 3600
    if budget.core_hours is not None and core_hours >= budget.core_hours:
        return f"budget spent: {core_hours:.2f} of {budget.core_hours:g} core-hours"
    if budget.wall_clock_hours is not None and hours >= budget.wall_clock_hours:
        return f"budget spent: {hours:.2f} of {budget.wall_clock_hours:g} hours of wall clock"
    return None


def oracle_broken(limit: int | None, state: State) -> str | None:
    """Return which oracle failed ``limit`` times in a row since the last run began, if one did.

    A person who starts the program again has looked at it, and it gets as many tries anew.
    """
    if limit is None:
        return None
    since = state.sessions[-1].started if state.sessions else 0.0
    failed: Counter[str] = Counter()
    well: set[str] = set()
    for answer in reversed(state.computed):
        oracle = answer.request.oracle
        if answer.at < since:
            return None
        if not isinstance(answer.outcome, Failure):
            well.add(oracle)
        elif oracle not in well:
            failed[oracle] += 1
            if failed[oracle] == limit:
                reason = _last_reason(state, oracle)
                return f"the oracle {oracle} failed {limit} times in a row, last because {reason}"
    return None


def _last_reason(state: State, oracle: str) -> str:
    told = (a.outcome for a in reversed(state.computed) if a.request.oracle == oracle)
    return next(outcome.reason for outcome in told if isinstance(outcome, Failure))


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
