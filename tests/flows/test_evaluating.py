"""Requests are tried once between two decisions, however slow a dispatcher is to return."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from flows.evaluating import Evaluator, PlainRounds
from flows.opening import begin_or_resume, commit
from loop.records import Request
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
