"""The ledger and what belongs to it, as a doctor looks at them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace

from flows.doctor import history
from flows.doctor.finding import Finding, Grade
from flows.opening import Opened
from loop.campaign import Event
from oracles.contained.spool import write_outcome
from tests.flows.doctor.conftest import grades


def _events(*at: float) -> Sequence[Event]:
    return [Event(k, t, "round", str(k), {}) for k, t in enumerate(at)]


def test_a_campaign_at_its_laboratory_is_well(waiting: Opened) -> None:
    state = waiting.ledger.state()
    found: list[Finding] = [
        history.whole(waiting),
        history.backup(waiting.store, state),
        history.clock(waiting.ledger.history(), time.time()),
        history.calculations(waiting.store, state),
        *history.laboratory(waiting, state),
    ]
    assert set(grades(found).values()) == {Grade.OK}
    assert found[-1].seen == "6 molecules wait to be measured, the first for 0 days"


def test_a_clock_that_went_back_or_runs_ahead() -> None:
    now = 1_000_000.0
    assert history.clock((), now).grade is Grade.OK
    assert history.clock(_events(now - 3, now - 3.5, now - 1), now).grade is Grade.OK
    back = history.clock(_events(now - 9000, now - 16300, now - 10), now)
    assert (back.grade, back.seen) == (Grade.WARNING, "it was set back by 2 hours during the campaign")
    ahead = history.clock(_events(now - 5, now + 300), now)
    assert (ahead.grade, ahead.seen) == (
        Grade.WARNING,
        "the ledger's last event lies 5 minutes in the future",
    )


def test_a_backup_without_the_last_round(waiting: Opened) -> None:
    state = waiting.ledger.state()
    later = replace(state, rounds=(*state.rounds, state.rounds[0]))
    found = history.backup(waiting.store, later)
    assert found.grade is Grade.WARNING
    assert found.seen.endswith("with 1 of 2 rounds")
    waiting.store.backup.write_bytes(b"\xa5" * 5000)
    assert "cannot be read" in history.backup(waiting.store, state).seen
    waiting.store.backup.unlink()
    assert "is missing" in history.backup(waiting.store, state).seen


def test_a_ledger_with_a_row_that_points_to_nothing(waiting: Opened) -> None:
    with sqlite3.connect(waiting.store.ledger) as connection:
        connection.execute("DROP TRIGGER attempts_no_update")
        connection.execute("UPDATE attempts SET event = 999999")
    found = history.whole(waiting)
    assert found.grade is Grade.TROUBLE
    assert found.advice == f"zincloop repair {waiting.store.directory}"


def test_calculations_that_were_left(waiting: Opened) -> None:
    state = waiting.ledger.state()
    key, answer = next((k, a) for k, a in state.answers.items() if a.request.oracle == "surface")
    for name in (key, "0123456789abcdef", "fedcba9876543210"):
        (waiting.store.jobs / name).mkdir(parents=True, exist_ok=True)
    write_outcome(waiting.store.jobs / "0123456789abcdef", answer.outcome)
    found = history.calculations(waiting.store, state)
    assert found.seen.startswith("1 ended and not recorded yet, 1 under way or interrupted;")


def test_a_laboratory_that_keeps_one_waiting(waiting: Opened) -> None:
    state = waiting.ledger.state()
    (found,) = history.laboratory(waiting, replace(state, at=state.at + 31 * 86400))
    assert found.grade is Grade.WARNING
    assert found.seen.startswith("6 of 6 molecules wait for longer than 30 days: ")
