"""The screen of a long campaign is kept, and shown as long as it is true."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from flows import status
from flows.opening import Opened, existing
from flows.status import keep_status, show_status


@pytest.fixture
def long(finished: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """A campaign of one's own that counts as long."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(status, "LONG", 1)
    shutil.copytree(finished.store.directory, tmp_path / "long")
    opened = existing(tmp_path / "long")
    keep_status(opened)
    return opened


def _shown(opened: Opened, capsys: pytest.CaptureFixture[str]) -> str:
    show_status(opened)
    return capsys.readouterr().out


def test_what_is_kept_is_what_would_be_shown(long: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    kept = _shown(long, capsys)
    long.store.status.unlink()
    assert [line.rstrip() for line in kept.splitlines()] == [
        line.rstrip() for line in _shown(long, capsys).splitlines()
    ]


def test_the_kept_screen_needs_no_look_at_the_facts(
    long: Opened, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _shown(long, capsys)
    monkeypatch.setattr(long.ledger, "state", lambda: pytest.fail("the ledger was read"))
    assert _shown(long, capsys) == expected


def test_a_screen_that_is_not_true_any_more_is_not_shown(
    long: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    long.ledger.reopen("more budget")
    assert "waiting to go on" in _shown(long, capsys)
    with long.store.locked():
        assert "1 event ago" in _shown(long, capsys)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"seq": "x"}'])
def test_a_damaged_one_is_as_none(long: Opened, capsys: pytest.CaptureFixture[str], text: str) -> None:
    expected = _shown(long, capsys)
    long.store.status.write_text(text)
    assert _shown(long, capsys).split() == expected.split()


def test_a_short_campaign_keeps_none(long: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "LONG", 5000)
    long.store.status.unlink()
    keep_status(long)
    assert not long.store.status.exists()


def test_how_calculations_converged_is_two_lines(
    finished: Opened, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert "converged" not in _shown(finished, capsys)
    state = finished.ledger.state()
    tries = [
        {"of": "orbitals", "rung": "DIIS", "cpu_seconds": 3.0, "converged": False},
        {"of": "orbitals", "rung": "smearing", "cpu_seconds": 1.0, "converged": True},
    ]
    told = {
        key: replace(a, outcome=replace(a.outcome, details={"rungs": tries}))
        if a.request.oracle == "surface"
        else a
        for key, a in state.answers.items()
    }
    monkeypatch.setattr(finished.ledger, "state", lambda: replace(state, answers=told))
    screen = _shown(finished, capsys)
    measured = sum(a.request.oracle == "surface" for a in state.answers.values()) - len(state.failures)
    assert f"  converged: surface {measured} by smearing\n" in screen
    assert "75 % of their CPU time was in vain; failures cost" in screen
    monkeypatch.setattr(status, "LOOKED_AT", 3)
    assert "converged of the last 3 answers: surface" in _shown(finished, capsys)
