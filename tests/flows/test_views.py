"""What the commands print, at the width of an ordinary terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from flows.opening import Opened
from flows.status import show_status
from flows.views import describe, molecule_table, show_proposal
from loop.campaign import State


@pytest.fixture(autouse=True)
def _ordinary_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_status_is_one_screen(finished: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    show_status(finished)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert "budget spent" in lines[0]
    text = " ".join(" ".join(lines).split())
    assert "36 of 36 requests answered" in text
    assert "surface: nothing converges with N" in text
    best = finished.ledger.state().pareto(finished.assembled.definition.objectives)[0]
    assert best.smiles in text


def test_a_proposal_shows_expectation_and_reason(
    finished: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    show_proposal(finished.assembled, finished.ledger.state())
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("ended: budget spent")
    assert "round 4" in text
    assert "±" in text
    assert "upper confidence bound" in " ".join(text.split())


def test_the_first_proposal_expects_nothing(finished: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    show_proposal(finished.assembled, State())
    text = capsys.readouterr().out
    assert "round 0" in text
    assert "±" not in text


def test_a_valid_campaign_is_described(finished: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    describe(finished.assembled)
    text = " ".join(capsys.readouterr().out.split())
    assert "quick is valid" in text
    assert "initial design of 6, then rounds of 4" in text
    assert "budget: evaluations 18 molecules; rounds 3 after the first" in text


def test_screening_is_told(screened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    describe(screened.assembled)
    show_status(screened)
    show_proposal(screened.assembled, screened.ledger.state())
    text = " ".join(capsys.readouterr().out.split())
    assert "before each round 5 candidates are screened: tpsa by tpsa_rough" in text
    assert "15 candidates screened" in text
    assert "5 candidates would be screened first" in text


def test_a_title_is_not_broken_to_the_width_of_a_narrow_table() -> None:
    printed = io.StringIO()
    Console(width=80, file=printed).print(molecule_table([], "best balanced on the Pareto front"))
    assert printed.getvalue().splitlines()[0].strip() == "best balanced on the Pareto front"
