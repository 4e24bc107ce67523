"""A campaign of DFT and a laboratory, in every trouble, ends with the ledger of one without trouble."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from loop.records import Measurement, Outcome
from tests.faults.household import MARK, awaited
from tests.faults.small import Life, Row
from tests.flows.laboratory.conftest import serving

WRONG = "9.5"
"""A value with its decimal point in the wrong place, corrected afterwards."""


@pytest.fixture
def lives(plugin: Path, tmp_path: Path) -> Iterator[tuple[Life, Life]]:
    """The same campaign twice; no process of either outlives the test."""
    found = Life.begin(tmp_path / "untroubled"), Life.begin(tmp_path / "troubled")
    yield found
    for life in found:
        life.household.kill_all()


def _run_untroubled(life: Life) -> None:
    """Everything from files, each with all that is asked; one value is corrected in the line after it.

    Without Prefect, because its records would have to be a directory: that saves two of its starts, and what
    it does for the other life must make no difference.
    """
    life.home.mkdir()
    (life.home / ".prefect").touch()
    program = life.household.start("run", life.file)
    life.sleeps()
    first, *rest = life.asked()
    life.import_([*_corrected(first), *rest])
    awaited("next round", lambda: len(life.state().rounds) == 2)
    life.sleeps()
    life.import_(life.asked())
    assert program.wait(120) == 0


def _corrected(row: Row) -> list[Row]:
    return [row | {"value": WRONG}, row | {"correction": "yes"}]


def _kill(life: Life, program: int) -> None:
    """End one process with SIGKILL; all that it started has to end by itself."""
    os.kill(program, signal.SIGKILL)
    awaited("end of all its processes", lambda: not life.household.alive(), 20.0)


@contextmanager
def _laboratory(life: Life, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The laboratory's server, one more process of the campaign."""
    with monkeypatch.context() as patch:
        patch.setenv(MARK, life.household.name)
        with serving(life.home) as server:
            yield server.client


def _post(client: httpx.Client, rows: Sequence[Row]) -> None:
    told = ("request", "property", "replicate", "value", "unit", "correction")
    client.post("/readings", json=[{k: row[k] for k in told if row[k]} for row in rows]).raise_for_status()


def _report_in_disorder(life: Life, client: httpx.Client) -> None:
    """Half of the first molecule's readings, twice; the rest from the last to the first, by both ways."""
    first, *rest = life.asked()
    wrong, right = _corrected(first)
    _post(client, [wrong])
    assert "0 new readings, 1 known already" in life.import_([wrong])
    *later, second_last, last = rest[::-1]
    life.import_(later[::2])
    _post(client, later[1::2])
    assert "2 new readings, 1 of them corrections" in life.import_([second_last, right])
    _post(client, [last])


def _told(outcome: Outcome) -> tuple[object, ...]:
    """An outcome, whether from the ledger, which sorts the values, or from the directory of its job."""
    values = outcome.values if isinstance(outcome, Measurement) else ()
    return {v.property: v for v in values}, outcome.cost, outcome.details


@pytest.mark.slow
def test_killed_rebooted_and_answered_in_disorder(
    lives: tuple[Life, Life], monkeypatch: pytest.MonkeyPatch
) -> None:
    untroubled, troubled = lives
    _run_untroubled(untroubled)

    # Killed while DFT runs, with leases on what was calculated.
    program = troubled.household.start("run", troubled.file)
    awaited("calculation that runs after another has ended", troubled.amid_dft)
    _kill(troubled, program.pid)
    finished, killed = troubled.finished(), troubled.state()
    interrupted = set(killed.attempts) - set(finished)
    dear = {key for key in interrupted if killed.requests[key].oracle == "orbitals"}
    assert finished
    assert dear
    with closing(sqlite3.connect(troubled.directory / "shared.sqlite")) as shared:
        assert dear <= {key for (key,) in shared.execute("SELECT key FROM leases")}

    # Killed while it sleeps, and once more with the laboratory's server: the machine goes down.
    program = troubled.household.start("run", troubled.home)
    troubled.sleeps()
    _kill(troubled, program.pid)
    program = troubled.household.start("run", troubled.home)
    troubled.sleeps()
    with _laboratory(troubled, monkeypatch) as client:
        assert len(client.get("/requests").json()["requests"]) == 4
        troubled.household.kill_all()

    # It comes back with its clock an hour behind, and the number of the dead process is another's by now.
    (troubled.home / "lock").write_text(str(os.getpid()))
    monkeypatch.setenv("ZINCLOOP_TEST_CLOCK_BEHIND", "3600")
    program = troubled.household.start("run", troubled.home)
    troubled.sleeps()
    assert "the last for 0.0 days" in troubled.household.told("status", troubled.home)
    with _laboratory(troubled, monkeypatch) as client:
        _report_in_disorder(troubled, client)
        awaited("next round", lambda: len(troubled.state().rounds) == 2)
        troubled.sleeps()
        *others, last = troubled.asked()[::-1]
        _post(client, others)
        troubled.import_([last])
        assert program.wait(120) == 0
    assert not untroubled.household.alive()
    assert not troubled.household.alive()

    state, expected = troubled.state(), untroubled.state()
    assert state.closed == expected.closed == "budget spent: 6 of 6 evaluations"
    assert state.rounds[1].opened_at < state.rounds[0].opened_at, "the clock was not set back"
    assert troubled.digest() == untroubled.digest()

    # Begun again is what was interrupted, and what had ended without being recorded, which is only read.
    again = {key for key, number in state.attempts.items() if number > 1}
    assert interrupted <= again <= set(killed.attempts) - set(killed.answers)
    for key, outcome in finished.items():
        assert _told(state.answers[key].outcome) == _told(outcome), "a calculation was repeated"
    assert set(expected.attempts.values()) == {1}
    assert "going on without" not in (troubled.home / "zincloop.log").read_text()
