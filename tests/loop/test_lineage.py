"""How proposals fared is told to the molecules they came from."""

from __future__ import annotations

from collections.abc import Sequence

from loop.campaign import Answer, Round, State
from loop.definition import Budget, Definition, StopRules
from loop.lineage import fates, incumbents
from loop.molecule import Limits, parse
from loop.objective import Direction, Objective
from loop.records import Candidate, Cost, Failure, FailureKind, Measurement, Outcome, Pick, Request, Value

DEFINITION = Definition(
    name="n",
    seed=0,
    objectives=(Objective("p", "1", Direction.MAXIMIZE, 0.0),),
    limits=Limits(),
    budget=Budget(),
    stop=StopRules(),
    batch=1,
    pool=1,
)


def told(*rounds: Sequence[tuple[str, str | None, float | None]]) -> State:
    """Rounds of molecules, each with its parent and its value; without a value, it failed."""
    state = State()
    for number, batch in enumerate(rounds):
        picks = [Pick(Candidate(parse(s), "trust region" if of else "prior", of), "") for s, of, _ in batch]
        asked = [Request(f"{number}/{k}", pick.candidate.molecule, "o", "d") for k, pick in enumerate(picks)]
        answers = []
        for request, (_, _, value) in zip(asked, batch, strict=True):
            outcome: Outcome = Failure(FailureKind.CONVERGENCE, "no", Cost(1, 1))
            if value is not None:
                outcome = Measurement((Value("p", value, "1", 0.0),), Cost(1, 1))
            answers.append(Answer(request, outcome, float(number)))
        state = state.opened(Round(number, 0, 0.0, tuple(picks)), asked, []).answered(answers)
    return state


def test_a_proposal_that_was_the_best_of_its_time_did_well_and_its_parent_hears_of_it() -> None:
    state = told([("C", None, 1.0)], [("CC", "C", 2.0), ("CO", "C", 0.5)], [("CCC", "C", 1.5)])
    good, bad = ("trust region", True), ("trust region", False)
    assert fates(DEFINITION, state)["C"] == (good, bad, bad)


def test_a_child_begins_where_its_parent_stood() -> None:
    state = told([("C", None, 1.0)], [("CC", "C", 0.5)], [("CCC", "C", 3.0)], [("CCCC", "CCC", 4.0)])
    good, bad = ("trust region", True), ("trust region", False)
    assert fates(DEFINITION, state)["CCC"] == (bad, good, good)
    assert fates(DEFINITION, state)["CCCC"] == (bad, good, good)
    assert fates(DEFINITION, state)["C"] == (bad, good)


def test_what_failed_or_has_no_parent_tells_nothing() -> None:
    state = told([("C", None, 1.0), ("O", None, 5.0)], [("CC", "C", None)])
    assert fates(DEFINITION, state) == {}


def test_incumbents_bring_their_fates() -> None:
    state = told([("C", None, 1.0)], [("CC", "C", 2.0)])
    (one,) = incumbents(DEFINITION, state, 12)
    assert one.molecule == parse("CC")
    assert one.fates == (("trust region", True),)
    assert incumbents(DEFINITION, State(), 12) == []
