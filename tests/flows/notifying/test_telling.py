"""What there is to tell follows from where a campaign stands and from what was told."""

from __future__ import annotations

from dataclasses import replace

from flows.notifying import telling
from flows.notifying.message import Kind, Message
from flows.opening import Opened
from loop.campaign import State


def _before(state: State, rounds: int, designed: bool = True) -> State:
    """The state when so many rounds had been answered."""
    left = state.rounds[:rounds]
    molecules = {p.candidate.molecule for r in left for p in r.picks}
    requests = {k: r for k, r in state.requests.items() if r.molecule in molecules}
    answers = {k: a for k, a in state.answers.items() if k in requests}
    if not designed:  # the last request has no answer yet
        answers.pop(list(requests)[-1])
    return replace(state, rounds=left, requests=requests, answers=answers, closed=None)


def _news(opened: Opened, state: State, told: frozenset[str]) -> list[Message]:
    return telling.news(opened.assembled.definition, opened.assembled.parts, state, told)


def test_the_front_is_summed_up_once_and_then_told_as_it_grows(finished: Opened) -> None:
    state, told, named = finished.ledger.state(), frozenset[str](), set[str]()
    objectives = finished.assembled.definition.objectives
    assert _news(finished, _before(state, 1, designed=False), told) == []
    (first,) = _news(finished, _before(state, 1), told)
    assert first.kind is Kind.PARETO
    assert first.title.startswith("quick: ")
    assert " on the Pareto front, of " in first.title
    told |= first.marks
    for rounds in range(1, len(state.rounds) + 1):
        then = _before(state, rounds)
        messages = _news(finished, then, told)
        assert len(messages) <= 1, "one message for a decision"
        new = {m for m in then.pareto(objectives) if f"pareto {m.smiles}" not in told}
        assert bool(messages) == bool(new)
        for message in messages:
            named |= {line.split(":")[0] for line in message.text.splitlines()}
            assert len(message.text.splitlines()) == len(new)
            told |= message.marks
        assert _news(finished, then, told) == [], "nothing is told twice"
    assert named, "the campaign of this test finds something after its design"


def test_values_have_units_and_uncertainties(finished: Opened) -> None:
    state, definition = finished.ledger.state(), finished.assembled.definition
    message = telling.end(definition, state, frozenset())
    assert message is not None
    assert message.title == "quick has ended: budget spent: 18 of 18 evaluations"
    assert "evaluations 18 of 18 molecules" in message.text
    best = message.text.splitlines()[-1]
    for part in (" angstrom^2, refractivity ", " cm^3/mol, sa ", " ± "):
        assert part in best
    assert telling.end(definition, state, message.marks) is None
    assert telling.end(definition, replace(state, closed=None), frozenset()) is None


def test_the_laboratory_is_told_once_and_not_when_it_answers_in_part(waiting: Opened) -> None:
    state = waiting.ledger.state()
    (message,) = _news(waiting, state, frozenset())
    assert message.kind is Kind.LABORATORY
    assert message.title == "quick: 6 molecules to be measured"
    assert len(message.text.splitlines()) == 7
    assert _news(waiting, state, message.marks) == []
    gone = state.pending[0]
    part = replace(state, requests={k: r for k, r in state.requests.items() if k != gone.key})
    assert _news(waiting, part, message.marks) == []
    (again,) = _news(waiting, state, message.marks - {f"laboratory {gone.key}"})
    assert again.title == "quick: 1 molecule to be measured"
    assert "and 5 molecules asked about before" in again.text


def test_while_programs_calculate_nobody_else_is_asked(waiting: Opened) -> None:
    state = waiting.ledger.state()
    computed = next(k for k, a in state.answers.items() if a.request.oracle == "surface")
    calculating = replace(state, answers={k: a for k, a in state.answers.items() if k != computed})
    assert _news(waiting, calculating, frozenset()) == []
