from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from loop.ledger import Ledger, LedgerError
from loop.molecule import parse
from loop.records import (
    Candidate,
    Cost,
    Failure,
    FailureKind,
    Measurement,
    OracleProtocol,
    Pick,
    Prediction,
    Request,
    Value,
)

SA = OracleProtocol("synthesizability", "sa", {"version": 1}, "SA.")
DMSO, UREA = parse("CS(C)=O"), parse("NC(N)=O")


def _begun(path: Path) -> tuple[Ledger, list[Request]]:
    ledger = Ledger(path)
    ledger.open_campaign({"name": "x", "budget": {"rounds": 1}}, "d1")
    ledger.open_session({"python": "3"})
    ledger.declare(SA)
    picks = [
        Pick(Candidate(DMSO, "known additive", None, "dimethyl sulfoxide"), "spread"),
        Pick(Candidate(UREA, "prior", DMSO.smiles), "log-EHVI", 0.5, {"sa": Prediction(1.0, 0.2)}),
    ]
    requests = [Request.ask(p.candidate.molecule, SA) for p in picks]
    ledger.open_round(0, 42, picks, requests, {"pool": {"prior": 3}})
    return ledger, requests


def _measured(value: float = 2.0) -> Measurement:
    return Measurement((Value("sa", value, "1", 0.0),), Cost(1.5, 2.0), {"version": "x"})


def test_everything_written_is_read_again(tmp_path: Path) -> None:
    ledger, requests = _begun(tmp_path / "ledger.sqlite")
    assert ledger.start(requests[0]) == 1
    assert ledger.start(requests[0]) == 2
    ledger.record(requests[0], _measured())
    failure = Failure(FailureKind.CONVERGENCE, "no SCF", Cost(3.0, 4.0), {"cycles": 50})
    ledger.record(requests[1], failure)
    ledger.close()
    state = Ledger(tmp_path / "ledger.sqlite").state()
    assert state.rounds[0].seed == 42
    assert state.rounds[0].notes == {"pool": {"prior": 3}}
    assert state.picks[1].predictions == {"sa": Prediction(1.0, 0.2)}
    assert state.picks[1].candidate.parent == DMSO.smiles
    assert state.attempts == {requests[0].key: 2}
    assert state.answers[requests[0].key].outcome == _measured()
    assert state.answers[requests[1].key].outcome == failure
    assert state.protocols == {SA.digest: SA}
    assert state.pending == ()
    assert state.cpu_seconds == 4.5
    assert state.values["sa"][DMSO].value == 2.0


def test_an_answer_is_recorded_once(tmp_path: Path) -> None:
    ledger, requests = _begun(tmp_path / "ledger.sqlite")
    assert ledger.record(requests[0], _measured(2.0))
    assert not ledger.record(requests[0], _measured(9.0))
    assert ledger.state().values["sa"][DMSO].value == 2.0


def test_an_answer_nobody_asked_for_is_refused(tmp_path: Path) -> None:
    ledger, _ = _begun(tmp_path / "ledger.sqlite")
    with pytest.raises(LedgerError, match="never asked"):
        ledger.record(Request.ask(parse("CO"), SA), _measured())


def test_the_same_molecule_is_never_asked_twice(tmp_path: Path) -> None:
    ledger, requests = _begun(tmp_path / "ledger.sqlite")
    with pytest.raises(LedgerError, match="refuses"):
        ledger.open_round(1, 1, [Pick(Candidate(DMSO, "prior"), "again")], [requests[0]], {})
    assert len(ledger.state().rounds) == 1, "half a round was written"


@pytest.mark.parametrize("statement", ["UPDATE measurements SET value = 0", "DELETE FROM answers"])
def test_the_database_refuses_to_change_a_fact(tmp_path: Path, statement: str) -> None:
    ledger, requests = _begun(tmp_path / "ledger.sqlite")
    ledger.record(requests[0], _measured())
    ledger.close()
    with (
        sqlite3.connect(tmp_path / "ledger.sqlite") as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement)


def test_a_second_campaign_is_refused(tmp_path: Path) -> None:
    ledger, _ = _begun(tmp_path / "ledger.sqlite")
    ledger.open_campaign({"name": "x", "budget": {"rounds": 1}}, "d1")
    with pytest.raises(LedgerError, match="another campaign"):
        ledger.open_campaign({"name": "y"}, "d2")


def test_amendments_and_reopening(tmp_path: Path) -> None:
    ledger, _ = _begun(tmp_path / "ledger.sqlite")
    ledger.close_campaign("budget spent: 1 rounds")
    assert ledger.state().closed == "budget spent: 1 rounds"
    ledger.amend({"budget": {"rounds": 5}})
    ledger.reopen("budget changed")
    assert ledger.state().closed is None
    assert ledger.definition() == {"name": "x", "budget": {"rounds": 5}}


@pytest.mark.parametrize(
    "content", [b"not a database at all, only text" * 100, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger(path)


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    _begun(tmp_path / "ledger.sqlite")[0].close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="schema version 99"):
        Ledger(tmp_path / "ledger.sqlite")


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    _begun(tmp_path / "ledger.sqlite")
    assert (tmp_path / "ledger.sqlite").stat().st_mode & 0o077 == 0


def test_threads_write_side_by_side(tmp_path: Path) -> None:
    ledger, requests = _begun(tmp_path / "ledger.sqlite")
    threads = [threading.Thread(target=ledger.start, args=(requests[0],)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.state().attempts[requests[0].key] == 16


def test_the_digest_ignores_time_and_order_but_not_facts(tmp_path: Path) -> None:
    digests = []
    for name, order, value in (("a", (0, 1), 2.0), ("b", (1, 0), 2.0), ("c", (0, 1), 3.0)):
        ledger, requests = _begun(tmp_path / name)
        for k in order:
            ledger.record(requests[k], _measured(value))
        digests.append(ledger.digest())
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]
