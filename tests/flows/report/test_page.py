"""What the page says, without a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flows.opening import Opened
from flows.report.page import render
from loop.molecule import parse
from loop.records import Request
from tests.flows.report.octahedron import details


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


def _with_details(opened: Opened, more: dict[str, Any], patch: pytest.MonkeyPatch) -> None:
    """Let every answer of an oracle that is not exact have had these details, too."""
    state = opened.ledger.state()
    told = {
        key: replace(a, outcome=replace(a.outcome, details=dict(a.outcome.details.items()) | more))
        if a.request.oracle == "surface"
        else a
        for key, a in state.answers.items()
    }
    patch.setattr(opened.ledger, "state", lambda: replace(state, answers=told))


def test_a_complex_stands_beside_its_molecule(finished: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 'class="balls"' not in render(finished)
    front = len(finished.ledger.state().pareto(finished.assembled.definition.objectives))
    _with_details(finished, details(), monkeypatch)
    page = render(finished)
    assert page.count('class="balls"') == page.count('class="card pair"') == front
    assert "<figcaption>Zn–O 1.95 Å; Zn–OH₂ 2.08 Å (5)</figcaption>" in page


def test_how_calculations_converged_is_told(finished: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 'id="convergence"' not in render(finished)
    tries = [
        {"of": "orbitals", "rung": "DIIS", "cycles": 60, "cpu_seconds": 3.0, "converged": False},
        {"of": "orbitals", "rung": "level shift", "cycles": 20, "cpu_seconds": 1.0, "converged": True},
    ]
    _with_details(finished, {"rungs": tries}, monkeypatch)
    section = render(finished).split('id="convergence"')[1].split('id="failures"')[0]
    answers = [a for a in finished.ledger.state().answers.values() if a.request.oracle == "surface"]
    measured = len(answers) - len(finished.ledger.state().failures)
    assert f"<td>level shift {len(answers)}</td>" in section
    assert "75 % went to" in section
    assert f"surface {measured} by level shift" in section


def test_failures_are_put_together(finished: Opened) -> None:
    failures = finished.ledger.state().failures
    table = render(finished).split('id="reasons"')[1].split("</table>")[0]
    assert table.count("nothing converges with N") == 1
    assert f">{len({a.request.molecule for a in failures})}</td>" in table


def test_a_failure_of_a_molecule_that_was_only_screened_is_told(
    finished: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = finished.ledger.state()
    failed = state.failures[0]
    unpicked = replace(
        failed, request=Request.ask(parse("FC(F)(F)F"), state.protocols[failed.request.protocol])
    )
    told = replace(state, answers={**state.answers, unpicked.request.key: unpicked})
    monkeypatch.setattr(finished.ledger, "state", lambda: told)
    assert "FC(F)(F)F" in render(finished).split('id="failures"')[1]
