"""Budgets and stop rules, on states built from records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loop.campaign import Answer, Round, Session, State
from loop.definition import Budget, Definition, StopRules
from loop.molecule import Limits, parse
from loop.objective import Direction, Objective
from loop.records import (
    Candidate,
    Cost,
    Failure,
    FailureKind,
    Measurement,
    OracleProtocol,
    Outcome,
    Pick,
    Request,
    Value,
)
from loop.stopping import Vigil, budget_spent, oracle_broken, reason_to_stop

PROTOCOL = OracleProtocol("o", "o", {}, "o")
OBJECTIVES = (
    Objective("a", "eV", Direction.WINDOW, 0.0, low=1.0),
    Objective("b", "eV", Direction.WINDOW, 0.0, low=1.0),
)
DEFINITION = Definition("x", 1, OBJECTIVES, Limits(), Budget(), StopRules(), 2, 100)
SMILES = ["CO", "CCO", "CCCO", "CC#N", "NC=O", "CS(C)=O", "NC(N)=O", "OCCO"]


def _state(*outcomes: tuple[float, float] | None, per_round: int = 1, cpu: float = 60.0) -> State:
    """One molecule for each pair of values; ``None`` is a failure."""
    rounds: list[Round] = []
    requests, answers = {}, {}
    for k, values in enumerate(outcomes):
        molecule = parse(SMILES[k])
        request = Request.ask(molecule, PROTOCOL)
        requests[request.key] = request
        outcome: Outcome = Failure(FailureKind.CONVERGENCE, "no SCF", Cost(cpu, cpu))
        if values is not None:
            brought = tuple(Value(n, v, "eV", 0.0) for n, v in zip("ab", values, strict=True))
            outcome = Measurement(brought, Cost(cpu, cpu))
        answers[request.key] = Answer(request, outcome, float(k))
        pick = Pick(Candidate(molecule, "prior"), "why")
        if k % per_round == 0:
            rounds.append(Round(len(rounds), 1, float(k), (pick,)))
        else:
            rounds[-1] = replace(rounds[-1], picks=(*rounds[-1].picks, pick))
    return State(rounds=tuple(rounds), requests=requests, answers=answers)


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (Budget(evaluations=3), "3 of 3 evaluations"),
        (Budget(evaluations=4), None),
        (Budget(rounds=2), "2 rounds"),
        (Budget(rounds=3), None),
        (Budget(core_hours=0.05), "0.05 of 0.05 core-hours"),
        (Budget(core_hours=0.06), None),
    ],
)
def test_each_budget_closes_the_campaign(budget: Budget, reason: str | None) -> None:
    state = _state((0.1, 0.1), (0.2, 0.2), None)
    found = reason_to_stop(replace(DEFINITION, budget=budget), state)
    assert found is None if reason is None else found is not None and reason in found


def test_failures_are_charged() -> None:
    assert budget_spent(Budget(core_hours=1.0), _state(None, None, cpu=1800.0)) is not None


def test_wall_clock_counts_running_time_only() -> None:
    runs = (Session(0.0, 1800.0, {}), Session(90_000.0, 91_700.0, {}))
    state = replace(_state((0.1, 0.1)), sessions=runs)
    assert budget_spent(Budget(wall_clock_hours=1.0), state) is None
    longer = replace(state, sessions=(*runs, Session(95_000.0, 95_200.0, {})))
    assert budget_spent(Budget(wall_clock_hours=1.0), longer) is not None


def test_enough_molecules_meet_every_goal() -> None:
    rules = StopRules(molecules_meeting_all_goals=2)
    definition = replace(DEFINITION, stop=rules)
    assert reason_to_stop(definition, _state((1.0, 2.0), (1.0, 0.9))) is None
    assert (
        reason_to_stop(definition, _state((1.0, 2.0), (1.5, 1.0)))
        == "goal reached: 2 molecules meet every goal"
    )


def test_no_progress() -> None:
    definition = replace(DEFINITION, stop=StopRules(rounds_without_progress=2))
    assert reason_to_stop(definition, _state((0.5, 0.5), (0.6, 0.6), (0.1, 0.1))) is None
    stalled = reason_to_stop(definition, _state((0.5, 0.5), (0.6, 0.6), (0.1, 0.1), (0.2, 0.2)))
    assert stalled is not None
    assert "no progress" in stalled


def _awaiting(state: State, *numbers: int) -> State:
    """The same without the answers about some of the molecules."""
    missing = {parse(SMILES[k]) for k in numbers}
    return replace(
        state, answers={k: a for k, a in state.answers.items() if a.request.molecule not in missing}
    )


def test_what_is_not_answered_is_no_lack_of_progress() -> None:
    rules = StopRules(rounds_without_progress=2)
    definition = replace(DEFINITION, stop=rules, batch=1, in_flight=3)
    state = _state((0.5, 0.5), (0.6, 0.6), (0.1, 0.1), (0.9, 0.9), (0.2, 0.2))
    assert reason_to_stop(definition, state) is None
    assert reason_to_stop(definition, _awaiting(state, 3, 4)) is None, "two rounds show nothing yet"
    assert "no progress" in (reason_to_stop(definition, _awaiting(state, 3)) or "")


def test_single_molecules_make_up_rounds_where_places_are_filled_one_by_one() -> None:
    state = _state((0.5, 0.5), (0.6, 0.6), (0.1, 0.1), (0.2, 0.2), (0.3, 0.3))
    patient = replace(DEFINITION, stop=StopRules(rounds_without_progress=2), batch=2, in_flight=2)
    assert reason_to_stop(patient, state) is None, "one and a half rounds without progress"
    assert "no progress" in (reason_to_stop(replace(patient, batch=1), state) or "")
    for rounds, ended in ((2, True), (3, False)):
        limited = replace(DEFINITION, budget=Budget(rounds=rounds), batch=2, in_flight=2)
        assert (reason_to_stop(limited, state) is not None) == ended


def test_an_oracle_that_always_fails_is_broken_until_somebody_starts_again() -> None:
    assert oracle_broken(3, _state(None, None, (0.1, 0.1), None)) is None
    state = _state((0.1, 0.1), None, None, None)
    assert oracle_broken(3, state) == "the oracle o failed 3 times in a row, last because no SCF"
    assert oracle_broken(None, state) is None
    again = replace(state, sessions=(*state.sessions, Session(100.0, 100.0, {})))
    assert oracle_broken(3, again) is None


def test_a_vigil_sees_what_the_state_would() -> None:
    definition = replace(DEFINITION, stop=StopRules(failures_in_a_row=3), budget=Budget(core_hours=1.0))
    state = _state(None, None)
    vigil, failure = Vigil(definition, state), next(iter(state.answers.values()))
    assert not vigil.ends(state.at)
    vigil.saw(failure.request, failure.outcome)
    assert vigil.ends(state.at)
    vigil.saw(failure.request, Measurement((), Cost(0.0, 0.0)))
    assert not vigil.ends(state.at)
    vigil.saw(failure.request, Measurement((), Cost(3600.0, 3600.0)))
    assert vigil.ends(state.at)
    hurried = replace(definition, budget=Budget(wall_clock_hours=1.0))
    assert not Vigil(hurried, State()).ends(3599.0)
    assert Vigil(hurried, State()).ends(3601.0)


def test_setbacks_count_as_failures_in_a_row() -> None:
    state = _state(None, None)
    last = list(state.answers.values())[-1]
    assert oracle_broken(3, state) is None
    assert oracle_broken(3, replace(state, setbacks=(replace(last, at=last.at + 1),))) is not None


def test_hypervolume_and_front_come_from_the_declared_reference() -> None:
    state = _state((0.5, 1.0), (1.0, 0.5), (0.2, 0.2), (-1.0, 3.0))
    assert state.progress(OBJECTIVES)[-1][2] == pytest.approx(0.75)
    assert [v for _, _, v in state.progress(OBJECTIVES)] == pytest.approx([0.5, 0.75, 0.75, 0.75])
    assert state.hypervolume_by_round(OBJECTIVES) == pytest.approx([0.5, 0.75, 0.75, 0.75])
    assert set(state.pareto(OBJECTIVES)) == {parse("CO"), parse("CCO")}
