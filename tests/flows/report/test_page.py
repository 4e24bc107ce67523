"""What the page says, without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.opening import Opened
from flows.report.page import render


def test_the_surrogate_that_was_chosen_is_named(finished: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    state = finished.ledger.state()
    *others, last = state.rounds
    figures = {name: {"chosen": "sum_gp", **d} for name, d in last.notes["surrogate"].items()}
    told = replace(state, rounds=(*others, replace(last, notes={**last.notes, "surrogate": figures})))
    assert "by sum_gp" not in render(finished)
    monkeypatch.setattr(finished.ledger, "state", lambda: told)
    assert "tpsa by sum_gp: leave-one-out RMSE" in render(finished)


def test_what_screening_taught_is_told(screened: Opened) -> None:
    page = render(screened)
    last = screened.ledger.state().rounds[-1].notes["surrogate"]["tpsa"]
    said = (
        f"{last['slope']:.2f} times the cheaper estimate (known of {last['screened']:.0f}) and a correction"
    )
    assert said in page
    assert "tpsa_rough" in page
