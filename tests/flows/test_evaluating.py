"""Requests are tried once between two decisions, however slow a dispatcher is to return."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from flows.evaluating import Evaluator, NotInstalledError, PlainRounds
from flows.opening import begin_or_resume, commit
from loop.molecule import known
from loop.records import Candidate, Failure, FailureKind, Measurement, Pick, Request
from tests.conftest import conducting


class _Lingering:
    """Returns some time after the last answer, as Prefect does."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._plain = PlainRounds(evaluator)

    def __call__(self, number: int, requests: Sequence[Request]) -> None:
        self._plain(number, requests)
        time.sleep(0.05)


@pytest.mark.slow
def test_a_dispatcher_that_lingers_takes_nothing_from_what_was_begun_since(quick: Path) -> None:
    text = quick.read_text().replace('kind = "surface"', 'kind = "surface"\nfirst_fails_with = "C"')
    quick.write_text(text.replace("[limits]", "[failures]\npause_seconds = 0\n\n[limits]"))
    opened = begin_or_resume(quick, None)
    with opened.store.locked():
        commit(opened)
        run = conducting(opened)
        run.conduct(lambda: _Lingering(run.evaluator))
    state = opened.ledger.state()
    asked = [key for key, request in state.requests.items() if request.oracle == "surface"]
    assert {state.attempts[key] for key in asked} == {2}
    assert len(state.setbacks) == len(asked) == 18
    assert not state.failures
    opened.ledger.close()


def test_what_is_exact_is_answered_at_once_and_takes_no_attempt(quick: Path) -> None:
    opened = begin_or_resume(quick, None)
    dispatched: list[Request] = []

    def dispatch(number: int, requests: Sequence[Request]) -> None:
        dispatched.extend(requests)
        PlainRounds(run.evaluator)(number, requests)

    with opened.store.locked():
        commit(opened)
        run = conducting(opened)
        run.conduct(lambda: dispatch)
    state = opened.ledger.state()
    exact = [key for key, request in state.requests.items() if request.oracle == "synthesizability"]
    assert len(exact) == 18
    assert set(exact) <= set(state.answers)
    assert {r.oracle for r in dispatched} == {"surface"}
    assert {r.key for r in dispatched} == set(state.attempts)
    assert all(0 <= state.answers[key].outcome.cost.cpu_seconds < 5 for key in exact)
    opened.ledger.close()


def test_an_oracle_that_fails_at_once_is_a_failure_with_its_reason(quick: Path) -> None:
    opened = begin_or_resume(quick, None)
    with opened.store.locked():
        commit(opened)
        run = conducting(opened)
        oracle = next(o for o in opened.assembled.parts.oracles if o.exact)
        asked = [Request.ask(known(smiles), oracle.protocol()) for smiles in ("CCO", "no molecule")]
        opened.ledger.declare(oracle.protocol())
        opened.ledger.open_round(
            0, 1, [Pick(Candidate(r.molecule, "test"), "test") for r in asked], asked, {}
        )
        assert run.evaluator.answer_at_once(asked) == 2
        good, bad = (opened.ledger.state().answers[r.key].outcome for r in asked)
    assert isinstance(good, Measurement)
    assert isinstance(bad, Failure)
    assert (bad.kind, "no molecule" in bad.reason) == (FailureKind.INPUT, True)
    opened.ledger.close()


def test_an_oracle_whose_engine_is_missing_costs_nothing_and_goes_on_once_it_is_there(
    quick: Path, tmp_path: Path
) -> None:
    engine = tmp_path / "engine_of_the_test.py"
    quick.write_text(quick.read_text().replace('kind = "surface"', f'kind = "surface"\nneeds = "{engine}"'))
    opened = begin_or_resume(quick, None)
    with opened.store.locked():
        commit(opened)
        run = conducting(opened)
        with pytest.raises(NotInstalledError, match=r"No module named 'engine_of_the_test'; nothing was"):
            run.conduct(lambda: PlainRounds(run.evaluator))
        assert not opened.ledger.state().failures
        assert not opened.ledger.state().setbacks
        engine.write_text("")
        run = conducting(opened)
        run.conduct(lambda: PlainRounds(run.evaluator))
    assert len(opened.ledger.state().values["tpsa"]) == 18
    assert not opened.ledger.state().failures
    opened.ledger.close()
