"""Measurements that campaigns share: made once, by whoever holds the lease."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loop.ledger import Ledger, LedgerError
from loop.ledger.shared import Lease, Shared, SharedMeasurements
from loop.molecule import parse
from loop.records import Cost, Measurement, OracleProtocol, Request, Value

REQUEST = Request.ask(parse("CS(C)=O"), OracleProtocol("orbitals", "b3lyp", {"basis": "6-31G"}, "DFT."))
FOUND = Measurement((Value("homo", -6.123456789012345, "eV", 0.1),), Cost(10.0, 11.0), {"cycles": 9})


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[SharedMeasurements]:
    found = SharedMeasurements(tmp_path / "shared.sqlite")
    yield found
    found.close()


def _lease(shared: SharedMeasurements, owner: str, seconds: float = 60.0) -> Lease:
    lease = shared.claim(REQUEST, owner, seconds)
    assert isinstance(lease, Lease)
    return lease


def test_what_one_measures_the_other_is_given(shared: SharedMeasurements) -> None:
    lease = _lease(shared, "one")
    assert shared.claim(REQUEST, "other", 60.0) is None
    assert shared.deliver(lease, REQUEST, FOUND, "first campaign")
    again = shared.claim(REQUEST, "other", 60.0)
    assert isinstance(again, Shared)
    assert again.measurement == FOUND
    assert again.campaign == "first campaign"


def test_a_lease_that_runs_out_is_taken_over_and_its_holder_comes_too_late(
    shared: SharedMeasurements,
) -> None:
    lost = _lease(shared, "one", seconds=-1.0)
    taken = _lease(shared, "other")
    assert not shared.renew(lost, 60.0)
    assert not shared.deliver(lost, REQUEST, FOUND, "zombie")
    assert shared.claim(REQUEST, "third", 60.0) is None
    assert shared.deliver(taken, REQUEST, FOUND, "second campaign")


def test_a_renewed_lease_holds_and_one_that_is_given_back_does_not(shared: SharedMeasurements) -> None:
    lease = _lease(shared, "one", seconds=-1.0)
    assert shared.renew(lease, 60.0)
    assert shared.claim(REQUEST, "other", 60.0) is None
    shared.release(lease)
    _lease(shared, "other")


def test_a_program_begun_again_goes_on_with_its_lease(shared: SharedMeasurements) -> None:
    assert _lease(shared, "one") == _lease(shared, "one")


def test_a_clock_that_was_set_back_keeps_nobody_waiting(
    shared: SharedMeasurements, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, now = _lease(shared, "one"), time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600.0)
    assert _lease(shared, "other").epoch == lease.epoch + 1


def test_a_clock_that_is_a_little_behind_overtakes_nobody(
    shared: SharedMeasurements, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    _lease(shared, "one")
    monkeypatch.setattr(time, "time", lambda: now - 1.0)
    assert shared.claim(REQUEST, "other", 60.0) is None


def test_a_lease_taken_while_another_waits_for_the_file_is_not_overtaken(shared: SharedMeasurements) -> None:
    first = sqlite3.connect(shared.path, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor() as pool:
        second = pool.submit(shared.claim, REQUEST, "other", 60.0)
        time.sleep(0.3)
        lease = (REQUEST.key, 1, "one", time.time() + 60.0)
        first.execute("INSERT INTO leases (key, epoch, owner, until) VALUES (?, ?, ?, ?)", lease)
        first.execute("COMMIT")
        assert second.result(30) is None
    first.close()


def test_a_ledger_is_no_file_of_shared_measurements(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.sqlite").close()
    with pytest.raises(LedgerError, match="no file of shared measurements"):
        SharedMeasurements(tmp_path / "ledger.sqlite")
    (tmp_path / "text").write_text("not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(LedgerError, match="cannot be used"):
        SharedMeasurements(tmp_path / "text")


def test_only_the_owner_can_read_it(shared: SharedMeasurements) -> None:
    assert shared.path.stat().st_mode & 0o077 == 0
    assert sqlite3.connect(shared.path).execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_who_comes_while_another_makes_the_file_waits(tmp_path: Path) -> None:
    """SQLite itself refuses at once to change the journal of a file that somebody is about to write."""
    path = tmp_path / "shared.sqlite"
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    first.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, first.execute, ["COMMIT"]).start()
    second = SharedMeasurements(path)
    assert isinstance(second.claim(REQUEST, "second", 60.0), Lease)
    second.close()
    first.close()
