"""When a generator is taught what a campaign has measured, and what it is told."""

from __future__ import annotations

import numpy as np

from loop.campaign import State
from loop.decisions import Teach
from loop.definition import Definition
from loop.objective import Direction, FloatArray, Objective
from loop.protocols import Learner, Lesson
from loop.seats import Parts
from loop.seeds import child_seed

FIRST = 32
"""Molecules measured in full before the first lesson."""

GROWTH = 1.5
"""Factor by which these grow from one lesson to the next: a lesson takes a minute and starts from the same
weights each time, so that few are given where each would say nearly the same as the one before."""

TOP = 0.9
"""Quantile of what is measured that is wanted where more is better."""

NARROW = 0.25
"""Give or take how much of the spread."""


def teach(definition: Definition, parts: Parts, state: State) -> Teach | None:
    """The lesson that is due before the next round, if one is."""
    if not definition.teaching:
        return None
    measured = len(state.complete(definition.objectives)[0])
    for k, source in enumerate(parts.sources):
        learns = isinstance(source.generator, Learner) and source.generator.learns
        before = max((len(t.lesson.molecules) for t in state.teachings if t.source == k), default=0)
        if learns and measured >= max(FIRST, GROWTH * before):
            number = len(state.rounds)
            seed = child_seed(definition.seed, number, "lesson", k)
            return Teach(number, k, lesson(definition, state), seed)
    return None


def lesson(definition: Definition, state: State) -> Lesson:
    """Everything that is measured in full."""
    molecules = tuple(state.best(definition.objectives))
    values = {
        o.property: {m: state.values[o.property][m].value for m in molecules} for o in definition.objectives
    }
    known = {o: np.array(list(values[o.property].values())) for o in definition.objectives}
    return Lesson(molecules, values, {o.property: wanted(o, table) for o, table in known.items()})


def wanted(objective: Objective, values: FloatArray) -> tuple[float, float]:
    """What a good molecule has: the middle of a window, the best tenth where more (or less) is better.

    Parameters
    ----------
    values
        Measured ones, at least one.
    """
    width = NARROW * float(values.std()) or 1.0
    low, high = objective.low, objective.high
    if objective.direction is Direction.WINDOW:
        if low is not None and high is not None:
            return (low + high) / 2, (high - low) / 4
        return (high - width, width) if high is not None else (float(low or 0.0) + width, width)
    share = TOP if objective.direction is Direction.MAXIMIZE else 1 - TOP
    return float(np.quantile(values, share)), width
