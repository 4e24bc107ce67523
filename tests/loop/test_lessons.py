"""When a generator is taught, and what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from flows.assembly import Assembled, assemble
from flows.campaign_file import read
from loop.campaign import Answer, Round, State, Teaching
from loop.decisions import Teach
from loop.lessons import FIRST, lesson, teach, wanted
from loop.molecule import Limits, Molecule, parse
from loop.objective import Direction, Objective
from loop.protocols import Generator, Learned, Learner, Lesson
from loop.records import Candidate, Cost, Measurement, Pick, Request, Value
from loop.seats import Source
from loop.step import decide

LOW_IS_GOOD = Objective("p", "eV", Direction.MINIMIZE, 100.0)


@dataclass(frozen=True)
class Pupil:
    """A generator that learns by heart."""

    learns: bool = True
    kind: str = "pupil"

    def version(self) -> str:
        return "1"

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:
        return [Candidate(parse("C" * (seed % 50 + k + 200)), "pupil") for k in range(n)]

    def learned(self, lesson: Lesson, seed: int, folder: Path) -> Learned:
        return Learned(self, True, {"told": len(lesson.molecules)})


@pytest.fixture
def assembled(quick: Path) -> Assembled:
    return assemble(*read(quick))


def measured(state: State, objectives: Sequence[Objective], first: int, last: int) -> State:
    """The state after alkanes of these lengths were measured, the longer the larger the values."""
    molecules = [parse("C" * k) for k in range(first, last)]
    picks = tuple(Pick(Candidate(m, "prior"), "") for m in molecules)
    asked = [Request(m.smiles, m, "o", "d") for m in molecules]
    answers = [
        Answer(
            r, Measurement(tuple(Value(o.property, len(r.key), o.unit, 0) for o in objectives), Cost(1, 1)), 0
        )
        for r in asked
    ]
    return state.opened(Round(len(state.rounds), 0, 0.0, picks), asked, []).answered(answers)


def test_a_lesson_is_due_at_first_and_then_at_half_as_many_more(assembled: Assembled) -> None:
    definition = replace(assembled.definition, objectives=(LOW_IS_GOOD,))
    pupil = Pupil()
    assert isinstance(pupil, Learner)
    assert isinstance(pupil, Generator)
    parts = replace(assembled.parts, sources=[Source(pupil, 1.0, 4)])
    few = measured(State(), definition.objectives, 1, FIRST)
    assert teach(definition, parts, few) is None
    enough = measured(few, definition.objectives, FIRST, FIRST + 1)
    due = teach(definition, parts, enough)
    assert due is not None
    assert due == teach(definition, parts, enough), "the same lesson and the same seed"
    assert (due.number, due.source, len(due.lesson.molecules)) == (2, 0, FIRST)
    after = replace(enough, teachings=(Teaching(2, 0, due.lesson, due.seed, kept=False),))
    assert teach(definition, parts, after) is None, "what was not kept is not taught again, either"
    assert teach(definition, parts, measured(after, definition.objectives, 33, 48)) is None
    assert teach(definition, parts, measured(after, definition.objectives, 33, 49)) is not None


@pytest.mark.parametrize("generator", [Pupil(learns=False), None])
def test_who_does_not_learn_is_not_taught(assembled: Assembled, generator: Pupil | None) -> None:
    definition = replace(assembled.definition, objectives=(LOW_IS_GOOD,))
    sources = [Source(generator, 1.0, 4)] if generator else assembled.parts.sources
    state = measured(State(), definition.objectives, 1, 60)
    assert teach(definition, replace(assembled.parts, sources=sources), state) is None


def test_a_campaign_teaches_before_it_proposes(assembled: Assembled) -> None:
    definition = replace(
        assembled.definition, budget=replace(assembled.definition.budget, evaluations=500, rounds=99)
    )
    parts = replace(assembled.parts, sources=[Source(Pupil(), 1.0, 4)])
    state = measured(State(), definition.objectives, 1, 60)
    due = decide(definition, parts, state)
    assert isinstance(due, Teach)
    taught = replace(state, teachings=(Teaching(due.number, due.source, due.lesson, due.seed, kept=True),))
    assert not isinstance(decide(definition, parts, taught), Teach)
    untaught = replace(definition, teaching=False)
    assert not isinstance(decide(untaught, parts, state), Teach)


def test_the_best_come_first_with_everything_measured(assembled: Assembled) -> None:
    definition = replace(assembled.definition, objectives=(LOW_IS_GOOD,))
    told = lesson(definition, measured(State(), definition.objectives, 1, 12))
    assert [m.smiles for m in told.molecules[:3]] == ["C", "CC", "CCC"]
    assert told.values["p"][parse("CCC")] == 3
    assert set(told.wanted) == {"p"}


@pytest.mark.parametrize(
    ("objective", "value", "width"),
    [
        (Objective("p", "1", Direction.MAXIMIZE, 0.0), 9.0, 0.79),
        (Objective("p", "1", Direction.MINIMIZE, 0.0), 1.0, 0.79),
        (Objective("p", "1", Direction.WINDOW, 0.0, low=4.0, high=8.0), 6.0, 1.0),
        (Objective("p", "1", Direction.WINDOW, 9.0, high=5.0), 5.0 - 0.79, 0.79),
        (Objective("p", "1", Direction.WINDOW, 1.0, low=5.0), 5.0 + 0.79, 0.79),
    ],
)
def test_what_is_wanted_is_inside_a_window_or_among_the_best(
    objective: Objective, value: float, width: float
) -> None:
    assert wanted(objective, np.arange(11.0)) == pytest.approx((value, width), abs=0.005)


def test_of_one_value_something_is_wanted_all_the_same() -> None:
    assert wanted(Objective("p", "1", Direction.MAXIMIZE, 0.0), np.array([3.0])) == (3.0, 1.0)
