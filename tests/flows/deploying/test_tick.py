"""What a tick does: nothing where nothing is to be done, else one run of the program."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from flows.deploying.beginning import begun
from flows.deploying.tick import go_on, idle
from flows.opening import Opened
from flows.store import Store, StoreError
from loop.molecule import parse
from loop.readings import Reading


def test_a_campaign_that_has_ended_is_left_alone(finished: Opened) -> None:
    assert idle(finished.store.directory) == "ended: budget spent: 18 of 18 evaluations"


def test_one_that_waits_is_left_alone_until_there_is_news(waiting: Opened) -> None:
    home = waiting.store.directory
    why = idle(home)
    assert why is not None
    assert why.startswith("no news; waiting for the laboratory, which has 6 molecules")
    with waiting.store.locked():
        assert (idle(home) or "").endswith("works on the campaign")
    waiting.ledger.report([Reading(parse("CCCO"), "ce", "1", 95.0, "%")])
    assert idle(home) is None
    ran = go_on(home)
    assert ran.status == 0
    assert ran.sentence.startswith("quick: waiting for the laboratory")
    assert idle(home) == f"no news; {ran.sentence.removeprefix('quick: ')}"


def test_a_day_that_has_come_is_news(waiting: Opened) -> None:
    day = {"laboratory": {"meanwhile": "wait", "until": "2026-01-01"}}
    waiting.ledger.amend(day)
    waiting.ledger.end_session("waiting for the laboratory")
    assert waiting.ledger.history()[-1].kind == "session end"
    assert time.time() > 1_767_225_600, "that day has come"
    assert idle(waiting.store.directory) is None


def test_a_new_campaign_has_something_to_do(quick: Path) -> None:
    opened = begun(quick, None)
    assert idle(opened.store.directory) is None
    assert opened.ledger.state().rounds == ()
    opened.ledger.close()


def test_where_there_is_none_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no campaign was begun here"):
        idle(tmp_path)


def test_a_run_that_is_refused_says_why(waiting: Opened) -> None:
    with Store(waiting.store.directory).locked():
        ran = go_on(waiting.store.directory)
    assert ran.status == 2
    assert "works on this campaign; wait for it or stop it" in ran.sentence


def test_a_campaign_that_runs_may_be_deployed(quick: Path) -> None:
    begun(quick, None).ledger.close()
    with Store(quick.parent / "quick").locked():
        begun(quick, None).ledger.close()
        quick.write_text(quick.read_text().replace("evaluations = 18", "evaluations = 19"))
        with pytest.raises(StoreError, match="works on this campaign"):
            begun(quick, None)
