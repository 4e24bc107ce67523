"""What the state knows of failures and costs."""

from __future__ import annotations

import pytest

from loop.campaign import Answer, Round, State
from loop.molecule import parse
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
)

ONE, OTHER = (OracleProtocol(kind, kind, {}, "") for kind in ("one", "other"))
MOLECULES = tuple(parse(s) for s in ("CO", "CCO", "CCCO"))


def answer(number: int, protocol: OracleProtocol, kind: FailureKind | None, seconds: float) -> Answer:
    cost = Cost(seconds, seconds)
    outcome: Outcome = Measurement((), cost) if kind is None else Failure(kind, "because", cost)
    return Answer(Request.ask(MOLECULES[number], protocol), outcome, 0.0)


def asked(*answers: Answer) -> State:
    picks = tuple(Pick(Candidate(m, "library"), "") for m in MOLECULES)
    requests = [Request.ask(m, protocol) for m in MOLECULES for protocol in (ONE, OTHER)]
    return State().opened(Round(0, 0, 0.0, picks), requests, [ONE, OTHER]).answered(answers)


@pytest.mark.parametrize("kind", [k for k in FailureKind if k is not FailureKind.TRANSIENT])
def test_a_failure_counts_whichever_request_it_was(kind: FailureKind) -> None:
    state = asked(answer(2, OTHER, kind, 1.0), answer(2, ONE, None, 1.0), answer(0, ONE, kind, 1.0))
    assert state.failed == (MOLECULES[0], MOLECULES[2])


def test_what_broke_outside_says_nothing_of_the_molecule() -> None:
    broken = answer(1, ONE, FailureKind.TRANSIENT, 1.0)
    assert asked(broken).failed == ()
    both = asked(broken, answer(1, OTHER, FailureKind.INPUT, 1.0))
    assert both.failed == (MOLECULES[1],)


def test_the_last_answer_to_a_request_counts() -> None:
    state = asked(answer(1, ONE, FailureKind.RESOURCE, 1.0))
    assert state.failed == (MOLECULES[1],)
    assert state.answered([answer(1, ONE, None, 2.0)]).failed == ()


def test_costs_are_added_up_failures_included() -> None:
    state = asked(
        answer(0, ONE, None, 1.0), answer(0, OTHER, FailureKind.CONVERGENCE, 2.0), answer(1, ONE, None, 5.0)
    )
    assert state.spent == {MOLECULES[0]: 3.0, MOLECULES[1]: 5.0}
