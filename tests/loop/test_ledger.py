from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from loop.campaign import Screening, Teaching
from loop.claims import ClaimError
from loop.ledger import DamagedError, Ledger, LedgerError, Place
from loop.ledger.upgrade import REQUESTS
from loop.molecule import parse
from loop.protocols import Lesson
from loop.readings import ASSAYS, Assay, Notebook, Reading, ReadingsError
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
DMSO, UREA, ETHANOL = parse("CS(C)=O"), parse("NC(N)=O"), parse("CCO")
LAB = OracleProtocol("laboratory", "laboratory", {ASSAYS: [vars(Assay("ce", "%", 0.3, 1, "cells"))]}, "Lab.")


def _begun(place: Place) -> tuple[Ledger, list[Request]]:
    ledger = Ledger(place)
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


def test_everything_written_is_read_again(place: Place) -> None:
    ledger, requests = _begun(place)
    assert ledger.start(requests[0]) == 1
    assert ledger.start(requests[0]) == 2
    ledger.record(requests[0], _measured())
    failure = Failure(FailureKind.CONVERGENCE, "no SCF", Cost(3.0, 4.0), {"cycles": 50})
    ledger.record(requests[1], failure)
    ledger.close()
    state = Ledger(place).state()
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


def test_an_answer_is_recorded_once(place: Place) -> None:
    ledger, requests = _begun(place)
    assert ledger.record(requests[0], _measured(2.0))
    assert not ledger.record(requests[0], _measured(9.0))
    assert ledger.state().values["sa"][DMSO].value == 2.0


def test_answers_without_attempts_are_recorded_together_and_once(place: Place) -> None:
    ledger, (one, other) = _begun(place)
    failed = Failure(FailureKind.INPUT, "no fragments", Cost(0.0, 0.0), {"why": "size"})
    assert ledger.record_together({one: _measured(3.0), other: failed}) == 2
    assert ledger.record_together({one: _measured(4.0)}) == 0
    ledger.close()
    state = Ledger(place).state()
    assert state.answers[one.key].outcome == _measured(3.0)
    assert state.answers[other.key].outcome == failed
    assert state.attempts == {}


def test_answers_recorded_together_are_taken_all_or_none(place: Place) -> None:
    ledger, (one, _) = _begun(place)
    with pytest.raises(LedgerError, match="never asked"):
        ledger.record_together({one: _measured(), Request.ask(ETHANOL, SA): _measured()})
    assert not ledger.state().answers


def test_an_answer_nobody_asked_for_is_refused(place: Place) -> None:
    ledger, _ = _begun(place)
    with pytest.raises(LedgerError, match="never asked"):
        ledger.record(Request.ask(parse("CO"), SA), _measured())


def test_the_same_molecule_is_never_asked_twice(place: Place) -> None:
    ledger, requests = _begun(place)
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


def test_a_second_campaign_is_refused(place: Place) -> None:
    ledger, _ = _begun(place)
    ledger.open_campaign({"name": "x", "budget": {"rounds": 1}}, "d1")
    with pytest.raises(LedgerError, match="another campaign"):
        ledger.open_campaign({"name": "y"}, "d2")


def test_amendments_and_reopening(place: Place) -> None:
    ledger, _ = _begun(place)
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
    with pytest.raises(LedgerError, match="is damaged"):
        Ledger(path)


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    _begun(tmp_path / "ledger.sqlite")[0].close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="schema version 99"):
        Ledger(tmp_path / "ledger.sqlite")


VERSION_1 = """
PRAGMA foreign_keys=OFF;
DROP TRIGGER requests_no_update; DROP TRIGGER requests_no_delete; DROP TRIGGER requests_are_about_candidates;
ALTER TABLE requests RENAME TO requests_new;
CREATE TABLE requests (key VARCHAR NOT NULL, smiles VARCHAR NOT NULL, oracle VARCHAR NOT NULL,
  protocol VARCHAR NOT NULL, PRIMARY KEY (key), FOREIGN KEY(smiles) REFERENCES picks (smiles),
  FOREIGN KEY(protocol) REFERENCES protocols (digest));
INSERT INTO requests SELECT key, smiles, oracle, protocol FROM requests_new ORDER BY number;
DROP TABLE requests_new;
DROP TABLE screened;
DROP TABLE readings;
DROP TABLE setbacks;
CREATE TRIGGER requests_no_update BEFORE UPDATE ON requests BEGIN SELECT RAISE(ABORT, 'no'); END;
CREATE TRIGGER requests_no_delete BEFORE DELETE ON requests BEGIN SELECT RAISE(ABORT, 'no'); END;
PRAGMA user_version = 1;
"""
"""Turns a ledger back into one of the first schema."""


def _first_schema(path: Path) -> tuple[str, list[Request]]:
    ledger, requests = _begun(path)
    ledger.record(requests[0], _measured())
    digest = ledger.digest()
    ledger.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA legacy_alter_table=ON")
    connection.executescript(VERSION_1)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return digest, requests


def test_a_ledger_of_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    digest, requests = _first_schema(tmp_path / "ledger.sqlite")
    ledger = Ledger(tmp_path / "ledger.sqlite")
    assert ledger.digest() == digest
    assert list(ledger.state().requests) == [r.key for r in requests]
    ledger.record(requests[1], _measured(3.0))
    new = Candidate(parse("CCO"), "library")
    ledger.screen(1, [new], [Request.ask(new.molecule, SA)])
    ledger.close()
    connection = sqlite3.connect(tmp_path / "ledger.sqlite")
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM requests")
    connection.close()


def test_a_program_that_has_the_first_schema_open_goes_on(tmp_path: Path) -> None:
    _, requests = _first_schema(tmp_path / "ledger.sqlite")
    older = sqlite3.connect(tmp_path / "ledger.sqlite")
    older.execute("PRAGMA foreign_keys=ON")
    assert older.execute("SELECT count(*) FROM requests").fetchone() == (2,)
    Ledger(tmp_path / "ledger.sqlite").close()
    key = "another protocol's"
    insert = "INSERT INTO requests (key, smiles, oracle, protocol) VALUES (?, ?, ?, ?)"
    older.execute(insert, (key, DMSO.smiles, "sa", SA.digest))
    older.commit()
    older.close()
    assert list(Ledger(tmp_path / "ledger.sqlite").state().requests) == [*(r.key for r in requests), key]


def test_an_upgrade_that_fails_is_a_sentence_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, _ = _first_schema(tmp_path / "ledger.sqlite")
    with monkeypatch.context() as patch:
        patch.setattr("loop.ledger.upgrade.REQUESTS", (*REQUESTS, "DROP TABLE that_is_not_there"))
        with pytest.raises(LedgerError, match="cannot be used: no such table"):
            Ledger(tmp_path / "ledger.sqlite")
    assert Ledger(tmp_path / "ledger.sqlite").digest() == digest


def test_a_request_needs_a_candidate(tmp_path: Path) -> None:
    ledger, _ = _begun(tmp_path / "ledger.sqlite")
    ledger.close()
    connection = sqlite3.connect(tmp_path / "ledger.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="a request needs a pick or a screened candidate"):
        connection.execute("INSERT INTO requests VALUES (3, 'key', 'CCO', 'sa', ?)", (SA.digest,))
    connection.close()


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    _begun(tmp_path / "ledger.sqlite")
    assert (tmp_path / "ledger.sqlite").stat().st_mode & 0o077 == 0


TRANSIENT = Failure(FailureKind.TRANSIENT, "the licence server is away", Cost(2.0, 3.0))


def test_a_setback_costs_and_leaves_the_request_open(place: Place) -> None:
    ledger, requests = _begun(place)
    assert ledger.set_back(requests[0], TRANSIENT, ledger.start(requests[0]))
    state = ledger.state()
    assert state.pending == tuple(requests)
    assert [(s.request, s.outcome) for s in state.setbacks] == [(requests[0], TRANSIENT)]
    assert state.set_back[requests[0].key] == state.setbacks
    assert state.cpu_seconds == state.spent[DMSO] == 2.0
    assert state.failures == ()
    ledger.record(requests[0], _measured(), ledger.start(requests[0]))
    state = ledger.state()
    assert state.cpu_seconds == 3.5
    assert [type(a.outcome) for a in state.computed] == [Failure, Measurement]


def test_what_comes_of_an_attempt_that_was_overtaken_is_not_taken(place: Place) -> None:
    ledger, requests = _begun(place)
    late = ledger.start(requests[0])
    again = ledger.start(requests[0])
    assert not ledger.record(requests[0], _measured(9.0), late)
    assert not ledger.set_back(requests[0], TRANSIENT, late)
    assert ledger.set_back(requests[0], TRANSIENT, again)
    assert not ledger.set_back(requests[0], TRANSIENT, again)
    assert ledger.record(requests[0], _measured(2.0), again)
    assert len(ledger.state().setbacks) == 1
    assert ledger.state().values["sa"][DMSO].value == 2.0


def test_the_deaths_of_the_program_are_counted_and_its_clean_ends_are_not(place: Place) -> None:
    ledger, requests = _begun(place)
    ledger.start(requests[0])
    ledger.end_session("stopped by a signal")
    ledger.open_session({})
    assert ledger.state().deaths == {}
    ledger.record(requests[1], _measured(), ledger.start(requests[1]))
    for _ in range(2):
        ledger.start(requests[0])
        ledger.open_session({})
    assert ledger.state().deaths == {requests[0].key: 2}


def test_a_ledger_read_bit_by_bit_is_the_one_read_at_once(place: Place) -> None:
    ledger, requests = _begun(place)
    follower = Ledger(place)
    steps: list[Callable[[], object]] = [
        lambda: ledger.set_back(requests[0], TRANSIENT, ledger.start(requests[0])),
        lambda: ledger.screen(
            1, [Candidate(ETHANOL, "library")], [Request.ask(ETHANOL, SA), Request.ask(ETHANOL, LAB)]
        ),
        lambda: ledger.record(requests[0], _measured(), ledger.start(requests[0])),
        lambda: ledger.declare(LAB),
        lambda: ledger.open_round(1, 7, [Pick(Candidate(ETHANOL, "library"), "why")], [], {}),
        lambda: ledger.report([Reading(ETHANOL, "ce", "1", 99.0, "%")]),
        lambda: ledger.close_campaign("enough"),
        lambda: ledger.reopen("more"),
        lambda: ledger.end_session("done"),
    ]
    steps[1], steps[3] = steps[3], steps[1]
    for step in steps:
        step()
        bit, once = follower.state(), Ledger(place).state()
        assert replace(bit, at=0.0, notebook=Notebook()) == replace(once, at=0.0, notebook=Notebook())
        assert bit.notebook == once.notebook
        assert bit.values == once.values


def test_threads_write_side_by_side(place: Place) -> None:
    ledger, requests = _begun(place)
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


def test_a_screening_is_kept_with_its_candidates(place: Place) -> None:
    ledger, requests = _begun(place)
    candidates = (
        Candidate(parse("CCO"), "library", None, "ethanol"),
        Candidate(parse("CCN"), "prior", "CCO"),
    )
    asked = [Request.ask(c.molecule, SA) for c in candidates]
    ledger.screen(1, candidates, asked)
    ledger.record(asked[0], _measured())
    ledger.close()
    state = Ledger(place).state()
    assert state.screenings == (Screening(1, candidates),)
    assert [r.key for r in state.requests.values()] == [r.key for r in (*requests, *asked)]
    assert state.asked == (DMSO, UREA), "what is screened is not picked"
    assert set(state.values["sa"]) == {parse("CCO")}


def test_a_screening_is_written_whole_or_not_at_all(place: Place) -> None:
    ledger, requests = _begun(place)
    with pytest.raises(LedgerError, match="refuses a fact"):
        ledger.screen(1, (Candidate(DMSO, "library"),), requests[:1])
    assert ledger.state().screenings == ()


def _ce(value: float, **more: object) -> Reading:
    return Reading(DMSO, "ce", "1", value, "%", **more)  # type: ignore[arg-type]


def _with_laboratory(place: Place) -> tuple[Ledger, Request]:
    ledger, _ = _begun(place)
    ledger.declare(LAB)
    asked = Request.ask(DMSO, LAB)
    ledger.screen(1, [Candidate(parse("CCO"), "library")], [asked])
    return ledger, asked


def test_what_a_generator_was_taught_is_kept(place: Place) -> None:
    ledger, _ = _begun(place)
    lesson = Lesson((UREA, DMSO), {"sa": {UREA: 1.5, DMSO: 3.25}}, {"sa": (1.0, 0.5)})
    first = Teaching(1, 0, lesson, 7, kept=False, account={"misjudged_before": 0.5})
    again = Teaching(4, 0, lesson, 8, kept=True)
    ledger.teach(first)
    assert ledger.state().teachings == (first,)
    ledger.teach(again)
    assert ledger.state().teachings == (first, again)
    ledger.close()
    assert Ledger(place).state().teachings == (first, again)


def test_what_people_report_answers_a_request(place: Place) -> None:
    ledger, asked = _with_laboratory(place)
    assert asked in ledger.state().pending
    nowhere = Reading(parse("CCCO"), "ce", "1", 91.0, "%", 0.5, operator="A. Volta", notes="not asked")
    intake = ledger.report([_ce(97.0), nowhere])
    assert (len(intake.news), intake.known) == (2, 0)
    ledger.close()
    state = Ledger(place).state()
    answer = state.answers[asked.key]
    assert answer.outcome == Measurement((Value("ce", 97.0, "%", 0.3),), Cost(0.0, 0.0))
    assert asked not in state.pending
    assert {m.smiles: v.value for m, v in state.values["ce"].items()} == {"CS(C)=O": 97.0, "CCCO": 91.0}
    assert state.notebook.reported[1].reading == nowhere
    assert state.at >= answer.at


def test_readings_are_recorded_all_or_none(place: Place) -> None:
    ledger, _ = _with_laboratory(place)
    ledger.report([_ce(97.0)])
    before = ledger.digest()
    with pytest.raises(ReadingsError):
        ledger.report([Reading(UREA, "ce", "1", 95.0, "%"), _ce(96.0)])
    assert ledger.report([_ce(97.0)]).known == 1
    assert ledger.report([_ce(96.0, correction=True)], dry=True).news
    assert ledger.digest() == before
    ledger.report([_ce(96.0, correction=True)])
    assert ledger.digest() != before
    assert ledger.state().values["ce"][DMSO].value == 96.0


@pytest.mark.parametrize(("name", "unit"), [("ce", "1"), ("conductivity", "mS/cm")])
def test_a_reading_that_no_protocol_asks_for_is_refused(place: Place, name: str, unit: str) -> None:
    ledger, _ = _with_laboratory(place)
    with pytest.raises(LedgerError, match=f"nobody asks for {name} in {unit}"):
        ledger.report([Reading(DMSO, name, "1", 0.97, unit)])
    assert not ledger.state().notebook.reported


def test_readings_that_come_late_lengthen_no_session_and_open_nothing(place: Place) -> None:
    ledger, asked = _with_laboratory(place)
    ledger.end_session("done")
    ledger.close_campaign("budget spent")
    ledger.report([_ce(97.0)])
    state = ledger.state()
    assert state.closed == "budget spent"
    assert state.answers[asked.key].at > state.sessions[-1].last
    assert [e.kind for e in ledger.history()][-1] == "readings"


def test_a_ledger_of_the_second_schema_takes_readings(tmp_path: Path) -> None:
    ledger, _ = _with_laboratory(tmp_path / "ledger.sqlite")
    digest = ledger.digest()
    ledger.close()
    connection = sqlite3.connect(tmp_path / "ledger.sqlite")
    connection.executescript("DROP TABLE readings; PRAGMA user_version = 2;")
    connection.close()
    ledger = Ledger(tmp_path / "ledger.sqlite")
    assert ledger.digest() == digest
    ledger.report([_ce(97.0)])
    connection = sqlite3.connect(tmp_path / "ledger.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE readings SET value = 1")
    connection.close()


def test_a_backup_is_the_ledger_as_it_was(tmp_path: Path) -> None:
    ledger, requests = _begun(tmp_path / "ledger.sqlite")
    ledger.record(requests[0], _measured())
    ledger.back_up(tmp_path / "backup.sqlite")
    before = ledger.digest()
    ledger.record(requests[1], _measured(3.0))
    copy = Ledger(tmp_path / "backup.sqlite")
    copy.check()
    assert copy.digest() == before != ledger.digest()
    copy.close()
    ledger.back_up(tmp_path / "backup.sqlite")
    assert Ledger(tmp_path / "backup.sqlite").digest() == ledger.digest()
    assert (tmp_path / "backup.sqlite").stat().st_mode & 0o777 == 0o600


def _spoil(path: Path) -> None:
    """Overwrite a page in the middle, as a failing disk may."""
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 4096)


def test_a_damaged_ledger_is_told_and_never_becomes_the_backup(tmp_path: Path) -> None:
    ledger, _ = _begun(tmp_path / "ledger.sqlite")
    ledger.back_up(tmp_path / "backup.sqlite")
    good = (tmp_path / "backup.sqlite").read_bytes()
    ledger.close()
    _spoil(tmp_path / "ledger.sqlite")
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with pytest.raises(DamagedError, match="is damaged"):
        ledger.check()
    with pytest.raises(DamagedError, match="is damaged"):
        ledger.back_up(tmp_path / "backup.sqlite")
    assert (tmp_path / "backup.sqlite").read_bytes() == good
    assert not list(tmp_path.glob(".backup.sqlite.[0-9]*")), "nothing half written is left"


def test_a_file_that_is_no_ledger_is_damaged_and_a_locked_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(DamagedError):
        Ledger(tmp_path / "ledger.sqlite")
    with pytest.raises(LedgerError) as caught:
        Ledger(tmp_path / "nowhere" / "ledger.sqlite")
    assert not isinstance(caught.value, DamagedError)


def test_a_claim_is_an_event_on_which_nothing_else_depends(place: Place) -> None:
    ledger, asked = _with_laboratory(place)
    before = ledger.state()
    digest, last = ledger.digest(), before.sessions[-1].last
    first = ledger.claim(asked.key, "Ada")
    assert ledger.claim(asked.key, "Ada") == first
    with pytest.raises(ClaimError, match=r"is claimed by Ada since 20\d\d-"):
        ledger.claim(asked.key, "Bob")
    with pytest.raises(ClaimError, match="is claimed by Ada"):
        ledger.release(asked.key, "Bob")
    with pytest.raises(LedgerError, match="was never asked"):
        ledger.claim("nothing", "Ada")
    assert ledger.state().claims == {asked.key: first}
    ledger.release(asked.key, "Ada")
    ledger.release(asked.key, "Ada")
    assert not ledger.state().claims
    second = ledger.claim(asked.key, "Bob")
    claims = [e for e in ledger.history() if e.kind == "claim"]
    assert [(e.subject, e.data) for e in claims] == [
        (f"{asked.key}:1", {"by": "Ada"}),
        (f"{asked.key}:2", {"by": "Ada", "released": True}),
        (f"{asked.key}:3", {"by": "Bob"}),
    ]
    state = ledger.state()
    assert state.claims == {asked.key: second}
    assert state.sessions[-1].last == last, "the session, which is open, did not get longer by it"
    assert (ledger.digest(), state.answers) == (digest, before.answers)
    ledger.report([_ce(97.0)])
    assert asked.key in ledger.state().answers, "readings are taken in from anybody"
