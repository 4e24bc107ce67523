"""The pure step with real parts: a library, a Gaussian process, BoTorch; only the oracle is quick."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from flows.assembly import Assembled, assemble
from flows.campaign_file import read
from loop.campaign import Answer, Round, Screening, Session, State
from loop.decisions import Close, Decision, Evaluate, Pause, Propose, Screen, Wait
from loop.definition import Budget, Definition, Meanwhile, StopRules, Waiting
from loop.molecule import Limits
from loop.proposing import propose
from loop.protocols import ComputedOracle
from loop.readings import Notebook, Reading, Reported
from loop.records import Cost, Failure, FailureKind, Outcome
from loop.seats import Parts
from loop.seeds import child_seed
from loop.step import decide
from surrogates.loo_choice import USUAL, LooChoice


@pytest.fixture
def assembled(quick: Path) -> Assembled:
    return assemble(*read(quick))


def _answered(
    parts: Parts, state: State, decision: Propose | Screen, tmp_path: Path, failing: str = ""
) -> State:
    """The state after a proposal or screening was carried out, ``failing`` an oracle that always fails."""
    oracles = {o.kind: o for o in parts.oracles}
    answers: list[Answer] = []
    for request in decision.requests:
        outcome: Outcome = Failure(FailureKind.CONVERGENCE, "no", Cost(1.0, 1.0))
        if request.oracle != failing:
            outcome = cast(ComputedOracle, oracles[request.oracle]).measure(request.molecule, tmp_path)
        answers.append(Answer(request, outcome, float(len(state.answers) + len(answers))))
    if isinstance(decision, Screen):
        begun = state.screening(Screening(decision.number, decision.candidates), decision.requests, [])
    else:
        opened = Round(decision.number, decision.seed, 0.0, decision.batch, decision.notes)
        begun = state.opened(opened, decision.requests, [])
    return begun.answered(answers)


def _proposed(decision: Decision) -> Propose:
    assert isinstance(decision, Propose)
    return decision


def _play(definition: Definition, parts: Parts, tmp_path: Path) -> tuple[State, str]:
    state = State()
    while not isinstance(decision := decide(definition, parts, state), Close):
        assert isinstance(decision, Propose | Screen)
        state = _answered(parts, state, decision, tmp_path)
    return state, decision.reason


def test_a_campaign_from_nothing_to_its_budget(assembled: Assembled, tmp_path: Path) -> None:
    state, reason = _play(assembled.definition, assembled.parts, tmp_path)
    assert reason == "budget spent: 18 of 18 evaluations"
    assert [len(r.picks) for r in state.rounds] == [6, 4, 4, 4]
    assert len(set(state.asked)) == 18
    assert all(assembled.definition.limits.refusal(m) is None for m in state.asked)
    assert not state.rounds[0].picks[0].predictions
    for pick in state.rounds[1].picks:
        assert set(pick.predictions) == {"tpsa", "refractivity", "sa"}
        assert pick.predictions["sa"].sd == 0.0, "an exact property was learned"
        assert pick.reason


def test_the_same_seed_and_ledger_give_the_same_proposals(assembled: Assembled, tmp_path: Path) -> None:
    one, _ = _play(assembled.definition, assembled.parts, tmp_path)
    two, _ = _play(assembled.definition, assembled.parts, tmp_path)
    other, _ = _play(replace(assembled.definition, seed=12), assembled.parts, tmp_path)
    assert one.asked == two.asked
    assert one.picks == two.picks
    assert one.asked != other.asked


def test_the_order_in_which_answers_come_changes_nothing(assembled: Assembled, tmp_path: Path) -> None:
    """Two workers finish in an order of their own; a campaign run twice must still pick the same."""
    first = _proposed(decide(assembled.definition, assembled.parts, State()))
    state = _answered(assembled.parts, State(), first, tmp_path)
    second = _proposed(decide(assembled.definition, assembled.parts, state))
    state = _answered(assembled.parts, state, second, tmp_path)
    turned = replace(state, answers=dict(list(state.answers.items())[::-1]))
    one, two = (decide(assembled.definition, assembled.parts, s) for s in (state, turned))
    assert one == two


def test_exact_predictions_are_the_measurements(assembled: Assembled, tmp_path: Path) -> None:
    state, _ = _play(assembled.definition, assembled.parts, tmp_path)
    for pick in state.picks[6:]:
        measured = state.values["sa"][pick.candidate.molecule].value
        assert pick.predictions["sa"].mean == pytest.approx(measured)


def test_open_requests_are_answered_before_anything_new(assembled: Assembled, tmp_path: Path) -> None:
    first = _proposed(decide(assembled.definition, assembled.parts, State()))
    state = _answered(assembled.parts, State(), first, tmp_path)
    missing = [r.key for r in first.requests[:3]]
    part = replace(state, answers={k: a for k, a in state.answers.items() if k not in missing})
    decision = decide(assembled.definition, assembled.parts, part)
    assert isinstance(decision, Evaluate)
    assert {r.key for r in decision.requests} == set(missing)


@dataclass
class Underway:
    """A design of six that is answered but for some molecules, with room for four at once."""

    definition: Definition
    parts: Parts
    state: State

    def without(self, *numbers: int) -> State:
        missing = [m for k, m in enumerate(self.state.asked) if k in numbers]
        answers = {k: a for k, a in self.state.answers.items() if a.request.molecule not in missing}
        return replace(self.state, answers=answers)

    def decide(self, state: State, **changes: Any) -> Decision:
        return decide(replace(self.definition, **changes), self.parts, state)


@pytest.fixture
def underway(assembled: Assembled, tmp_path: Path) -> Underway:
    definition = replace(assembled.definition, in_flight=4, budget=Budget(evaluations=18))
    first = _proposed(decide(definition, assembled.parts, State()))
    assert len(first.batch) == 6, "the design is proposed whole and waits for places"
    return Underway(definition, assembled.parts, _answered(assembled.parts, State(), first, tmp_path))


def test_free_places_are_filled_with_the_others_pending(underway: Underway) -> None:
    part = underway.without(1, 4)
    decision = _proposed(underway.decide(part))
    assert (decision.number, decision.seed) == (1, child_seed(underway.definition.seed, 1))
    assert len(decision.batch) == 2
    assert not {p.candidate.molecule for p in decision.batch} & set(part.asked)
    assert len(_proposed(underway.decide(underway.state)).batch) == 4
    assert isinstance(underway.decide(part, in_flight=2), Evaluate), "no place is free"
    assert isinstance(underway.decide(part, in_flight=None), Evaluate), "rounds wait for all"
    room = replace(underway.definition.budget, evaluations=7)
    assert len(_proposed(underway.decide(part, budget=room)).batch) == 1


def test_too_little_to_learn_from_is_waited_for_and_no_second_design_drawn(underway: Underway) -> None:
    assert isinstance(underway.decide(underway.without(1, 3, 4)), Evaluate)
    assert isinstance(underway.decide(underway.without(1, 3, 4), in_flight=50), Evaluate)


def test_what_was_answered_decides_and_not_in_which_order(underway: Underway) -> None:
    part = underway.without(2)
    turned = replace(part, answers=dict(list(part.answers.items())[::-1]))
    assert underway.decide(part) == underway.decide(turned)
    other = _proposed(underway.decide(underway.without(3)))
    assert other.batch != _proposed(underway.decide(part)).batch


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"budget": Budget(evaluations=6)}, "6 of 6 evaluations"),
        ({"stop": StopRules(molecules_meeting_all_goals=1)}, "goal reached"),
        ({"limits": Limits(min_heavy_atoms=1, max_heavy_atoms=1)}, "nothing left to propose"),
    ],
)
def test_what_runs_is_waited_for_before_the_end(
    underway: Underway, changes: dict[str, Any], reason: str
) -> None:
    waiting = underway.decide(underway.without(0), **changes)
    assert isinstance(waiting, Evaluate)
    assert {r.molecule for r in waiting.requests} == {underway.state.asked[0]}
    closed = underway.decide(underway.state, **changes)
    assert isinstance(closed, Close)
    assert reason in closed.reason


def test_a_person_may_ask_what_comes_next_though_no_place_is_free(underway: Underway) -> None:
    definition = replace(underway.definition, in_flight=2)
    assert len(propose(definition, underway.parts, underway.without(0, 1)).batch) == 1


def test_a_running_budget_ends_an_open_round(assembled: Assembled, tmp_path: Path) -> None:
    first = _proposed(decide(assembled.definition, assembled.parts, State()))
    state = _answered(assembled.parts, State(), first, tmp_path, failing="surface")
    part = replace(state, answers=dict(list(state.answers.items())[:4]))
    definition = replace(assembled.definition, budget=Budget(core_hours=2 / 3600))
    decision = decide(definition, assembled.parts, part)
    assert isinstance(decision, Close)
    assert "core-hours" in decision.reason


def test_failures_do_not_starve_the_surrogate(assembled: Assembled, tmp_path: Path) -> None:
    """With nothing to learn from, the design goes on instead of fitting to thin air."""
    first = _proposed(decide(assembled.definition, assembled.parts, State()))
    state = _answered(assembled.parts, State(), first, tmp_path, failing="surface")
    second = _proposed(decide(assembled.definition, assembled.parts, state))
    assert second.notes["stage"] == "initial design"
    assert not set(state.asked) & {p.candidate.molecule for p in second.batch}


def test_the_notes_name_the_surrogate_that_was_chosen(assembled: Assembled, tmp_path: Path) -> None:
    first = _proposed(decide(assembled.definition, assembled.parts, State()))
    state = _answered(assembled.parts, State(), first, tmp_path)
    for surrogate, chosen in ((assembled.parts.surrogate, {None}), (LooChoice(), {*USUAL})):
        parts = replace(assembled.parts, surrogate=surrogate)
        notes = _proposed(decide(assembled.definition, parts, state)).notes["surrogate"]
        assert set(notes) == {"tpsa", "refractivity"}
        assert {figures.get("chosen") for figures in notes.values()} <= chosen
        assert json.loads(json.dumps(notes)) == notes, "the ledger keeps it as JSON"


def test_nothing_left_is_a_clean_end(assembled: Assembled, tmp_path: Path) -> None:
    limits = replace(
        assembled.definition.limits, min_heavy_atoms=4, max_heavy_atoms=4, elements=("C", "H", "N")
    )
    definition = replace(assembled.definition, limits=limits, budget=Budget(rounds=100))
    _, reason = _play(definition, assembled.parts, tmp_path)
    assert reason == "nothing left to propose inside the limits"


def test_child_seeds_differ_and_repeat() -> None:
    assert child_seed(1, 0) == child_seed(1, 0)
    assert len({child_seed(s, r, w) for s in range(5) for r in range(5) for w in ("a", "b")}) == 50
    assert all(0 <= child_seed(s, "x") < 2**31 for s in range(100))


@pytest.fixture
def screened(screening: Path) -> Assembled:
    return assemble(*read(screening))


def test_candidates_are_screened_before_each_round_but_the_first(screened: Assembled, tmp_path: Path) -> None:
    state, reason = _play(screened.definition, screened.parts, tmp_path)
    assert reason == "budget spent: 18 of 18 evaluations", "what is only screened is no evaluation"
    assert [s.number for s in state.screenings] == [1, 2, 3]
    looked_at = [c.molecule for c in state.screened]
    assert len(set(looked_at)) == len(looked_at) == 15, "nothing is screened twice"
    asked = {(r.molecule, r.oracle) for r in state.requests.values()}
    for molecule in {*looked_at} - {*state.asked}:
        assert [o for m, o in asked if m == molecule] == ["polar"]
    assert all((m, "polar") in asked for m in state.asked), "both values of what is measured are known"
    assert set(looked_at) & set(state.asked), "nothing that looked well was chosen"


def test_the_cheap_values_are_learned_from(screened: Assembled, tmp_path: Path) -> None:
    state, _ = _play(screened.definition, screened.parts, tmp_path)
    said = state.rounds[2].notes["surrogate"]
    assert said["tpsa"]["screened"] == 6 + 4 + 2 * 5 - len(
        {c.molecule for c in state.screened[:10]} & set(state.asked[:10])
    )
    assert 0.5 < said["tpsa"]["slope"] < 1.5
    assert "slope" not in said["refractivity"]


def test_what_was_screened_stays_a_candidate(screened: Assembled, tmp_path: Path) -> None:
    """A generator may not come back to a molecule; its cheap value is paid for."""
    state, _ = _play(screened.definition, screened.parts, tmp_path)
    left = next(c for c in state.screened if c.molecule not in state.asked)
    only = [replace(s, share=0.0) for s in screened.parts.sources]
    definition = replace(screened.definition, budget=Budget(), screened=0)
    batch = propose(definition, replace(screened.parts, sources=only), state).batch
    assert batch
    assert {p.candidate for p in batch} <= set(state.screened)
    assert left in state.screened


def test_a_screening_that_fails_leaves_a_round_to_be_chosen(screened: Assembled, tmp_path: Path) -> None:
    state, definition = State(), replace(screened.definition, stop=StopRules(failures_in_a_row=None))
    for _ in range(5):
        decision = decide(definition, screened.parts, state)
        assert isinstance(decision, Propose | Screen)
        state = _answered(screened.parts, state, decision, tmp_path, failing="polar")
    assert [len(r.picks) for r in state.rounds] == [6, 4, 4]
    assert not state.values.get("tpsa_rough")


def test_a_pending_screening_is_waited_for(screened: Assembled, tmp_path: Path) -> None:
    state = State()
    for _ in range(2):
        decision = decide(screened.definition, screened.parts, state)
        assert isinstance(decision, Propose | Screen)
        state = _answered(screened.parts, state, decision, tmp_path)
    assert isinstance(decision, Screen)
    missing = decision.requests[0].key
    part = replace(state, answers={k: a for k, a in state.answers.items() if k != missing})
    following = decide(screened.definition, screened.parts, part)
    assert isinstance(following, Evaluate)
    assert [r.key for r in following.requests] == [missing]
    assert isinstance(decide(screened.definition, screened.parts, state), Propose)


@dataclass
class AtTheLaboratory:
    """A design of six that programs have answered and a laboratory in part."""

    definition: Definition
    parts: Parts
    state: State

    def told(self, count: int, at: float = 0.0) -> State:
        """After the laboratory has answered about so many molecules."""
        readings = [
            Reported(Reading(m, name, replicate, value, unit), 1.0)
            for k, m in enumerate(self.state.asked[:count])
            for name, replicate, value, unit in (
                ("ce", "1", 95.0 + k / 2, "%"),
                ("ce", "2", 95.1 + k / 2, "%"),
                ("conductivity", "1", 40.0 - k, "mS/cm"),
            )
        ]
        notebook = Notebook(tuple(readings), self.state.protocols)
        found = {
            key: (r, notebook.outcome(r))
            for key, r in self.state.requests.items()
            if r.oracle == "laboratory"
        }
        answers = {key: Answer(r, *told) for key, (r, told) in found.items() if told is not None}
        return replace(self.state, answers={**self.state.answers, **answers}, notebook=notebook, at=at)

    def decide(self, state: State, **changes: Any) -> Decision:
        return decide(replace(self.definition, **changes), self.parts, state)


@pytest.fixture
def at_the_laboratory(laboratory: Path, tmp_path: Path) -> AtTheLaboratory:
    assembled = assemble(*read(laboratory))
    parts = assembled.parts
    first = _proposed(decide(assembled.definition, parts, State()))
    opened = Round(0, first.seed, 0.0, first.batch, first.notes)
    state = State().opened(opened, first.requests, [o.protocol() for o in parts.oracles])
    evaluate = decide(assembled.definition, parts, state)
    assert isinstance(evaluate, Evaluate)
    assert {r.oracle for r in evaluate.requests} == {"surface", "synthesizability"}, (
        "no people are dispatched"
    )
    oracles = {o.kind: o for o in parts.oracles if isinstance(o, ComputedOracle)}
    answers = [Answer(r, oracles[r.oracle].measure(r.molecule, tmp_path), 0.0) for r in evaluate.requests]
    return AtTheLaboratory(assembled.definition, parts, state.answered(answers))


def test_a_campaign_waits_for_the_laboratory(at_the_laboratory: AtTheLaboratory) -> None:
    lab = at_the_laboratory
    decision = lab.decide(lab.told(5))
    assert isinstance(decision, Wait)
    assert [r.molecule for r in decision.requests] == [lab.state.asked[5]]
    assert decision.reason == (
        "waiting for the laboratory, which has 1 molecule: the next round is chosen when it has answered"
    )
    assert len(_proposed(lab.decide(lab.told(6))).batch) == 4


def test_a_campaign_goes_on_with_what_is_there_as_pending(at_the_laboratory: AtTheLaboratory) -> None:
    lab, going = at_the_laboratory, Waiting(Meanwhile.GO_ON)
    proposal = _proposed(lab.decide(lab.told(4), waiting=going))
    assert len(proposal.batch) == 4
    assert not {p.candidate.molecule for p in proposal.batch} & set(lab.state.asked)
    assert set(proposal.batch[0].predictions) == {"tpsa", "ce", "sa"}
    few = lab.decide(lab.told(3), waiting=going)
    assert isinstance(few, Wait)
    assert "4 measurements of every objective are needed" in few.reason
    full = lab.decide(lab.told(4), waiting=replace(going, open_at_most=2))
    assert isinstance(full, Wait)
    assert "no more than 2" in full.reason
    _proposed(lab.decide(lab.told(5), waiting=replace(going, open_at_most=2)))


def test_patience_ends_at_its_date(at_the_laboratory: AtTheLaboratory) -> None:
    lab, waiting = at_the_laboratory, Waiting(until=100.0)
    early = lab.decide(lab.told(4, at=99.0), waiting=waiting)
    assert isinstance(early, Wait)
    assert early.until == 100.0
    _proposed(lab.decide(lab.told(4, at=100.0), waiting=waiting))


def test_a_spent_budget_waits_for_what_is_still_there(at_the_laboratory: AtTheLaboratory) -> None:
    lab, spent = at_the_laboratory, Budget(evaluations=6)
    decision = lab.decide(lab.told(4), budget=spent, waiting=Waiting(Meanwhile.GO_ON))
    assert isinstance(decision, Wait)
    assert "otherwise it would end (budget spent: 6 of 6 evaluations)" in decision.reason
    ended = lab.decide(lab.told(4, at=100.0), budget=spent, waiting=Waiting(until=100.0))
    assert ended == Close("budget spent: 6 of 6 evaluations; 2 molecules still with the laboratory")
    assert lab.decide(lab.told(6), budget=spent) == Close("budget spent: 6 of 6 evaluations")


def _begun(assembled: Assembled) -> tuple[State, Propose]:
    opening = _proposed(decide(assembled.definition, assembled.parts, State()))
    opened = Round(0, opening.seed, 0.0, opening.batch, opening.notes)
    return State().opened(opened, opening.requests, []), opening


def _to_evaluate(assembled: Assembled, state: State) -> list[str]:
    decision = decide(assembled.definition, assembled.parts, state)
    assert isinstance(decision, Evaluate)
    return [request.key for request in decision.requests]


def test_what_failed_or_may_have_killed_the_program_comes_last(assembled: Assembled) -> None:
    state, opening = _begun(assembled)
    first, second, third = (r.key for r in opening.requests[:3])
    failed = Failure(FailureKind.TRANSIENT, "no licence", Cost(1.0, 1.0))
    setback = Answer(state.requests[first], failed, 1.0)
    troubled = replace(state, setbacks=(setback,), deaths={second: 1, third: 2})
    turns = _to_evaluate(assembled, troubled)
    assert turns[-2:] == [first, second]
    assert third not in turns, "what is given up at its next death must run alone"
    assert len(turns) == len(opening.requests) - 1


def test_what_is_given_up_at_its_next_death_runs_alone(assembled: Assembled) -> None:
    state, opening = _begun(assembled)
    suspects = [r.key for r in opening.requests[:2]]
    measured = [Answer(r, Failure(FailureKind.INPUT, "no", Cost(0, 0)), 1.0) for r in opening.requests[2:]]
    lenient = replace(assembled.definition, stop=StopRules(failures_in_a_row=None))
    state = replace(state.answered(measured), deaths=dict.fromkeys(suspects, 2))
    assert len(_to_evaluate(replace(assembled, definition=lenient), state)) == 1


def test_an_oracle_that_keeps_failing_pauses_the_campaign(assembled: Assembled) -> None:
    state, opening = _begun(assembled)
    failed = Failure(FailureKind.UNKNOWN, "the disk is read-only", Cost(1.0, 1.0))
    asked = [r for r in opening.requests if r.oracle == "surface"]
    troubled = replace(state, setbacks=tuple(Answer(r, failed, 1.0) for r in asked[:3]))
    definition = replace(assembled.definition, stop=StopRules(failures_in_a_row=3))
    decision = decide(definition, assembled.parts, troubled)
    assert decision == Pause("the oracle surface failed 3 times in a row, last because the disk is read-only")
    again = replace(troubled, sessions=(Session(2.0, 2.0, {}),))
    assert isinstance(decide(definition, assembled.parts, again), Evaluate)
