"""What differs on a PostgreSQL server; all else is in ``test_ledger``, over both databases."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from loop.ledger import AwayError, Ledger, LedgerError, is_there
from loop.ledger.address import address, schema_in, told
from loop.records import Candidate, Cost, Failure, FailureKind, Measurement, Pick, Request, Value
from tests.conftest import Server
from tests.loop.test_ledger import DMSO, ETHANOL, SA, UREA, _begun, _measured

NewURL = Callable[[], str]


def test_the_same_facts_have_the_same_digest_and_come_back_to_the_last_bit(
    on_server: NewURL, tmp_path: Path
) -> None:
    digests = []
    for place in (on_server(), tmp_path / "ledger.sqlite"):
        ledger, requests = _begun(place)
        values = (
            Value("sa", 0.1 + 0.2, "1", 0.0),
            Value("LUMO", -0.1, "eV", 0.1),
            Value("homo", -7.0, "eV", 0.1),
        )
        ledger.record(requests[0], Measurement(values, Cost(1.0, 2.0)))
        ledger.record(
            requests[1], Failure(FailureKind.UNKNOWN, "died\0 of it", _measured().cost, {"b": 1, "a": 2})
        )
        ledger.open_round(
            1, 2**31 - 1, [Pick(Candidate(ETHANOL, "library"), "why", 1e-300)], [], {"nll": math.nan}
        )
        ledger.close()
        state = Ledger(place).state()
        measured = state.answers[requests[0].key].outcome
        assert measured == Measurement((values[1], values[2], values[0]), Cost(1.0, 2.0))
        assert state.rounds[1].picks[0].value == 1e-300
        assert math.isnan(state.rounds[1].notes["nll"])
        outcome = state.answers[requests[1].key].outcome
        assert isinstance(outcome, Failure)
        assert outcome.reason == "died\N{REPLACEMENT CHARACTER} of it"
        assert list(outcome.details) == ["b", "a"]
        digests.append(Ledger(place).digest())
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    "statement", ["UPDATE measurements SET value = 0", "DELETE FROM answers", "TRUNCATE events CASCADE"]
)
def test_the_database_refuses_to_change_a_fact(on_server: NewURL, statement: str) -> None:
    url = on_server()
    ledger, requests = _begun(url)
    ledger.record(requests[0], _measured())
    with (
        psycopg.connect(url) as connection,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"),
    ):
        connection.execute(statement.encode())


def test_a_request_needs_a_candidate(on_server: NewURL) -> None:
    url = on_server()
    _begun(url)
    insert = "INSERT INTO requests (key, smiles, oracle, protocol) VALUES ('key', 'CCO', 'sa', %s)"
    with (
        psycopg.connect(url) as connection,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="needs a pick or a screened"),
    ):
        connection.execute(insert, (SA.digest,))


def test_a_backup_is_a_file_that_goes_on_as_a_ledger_on_a_server(on_server: NewURL, tmp_path: Path) -> None:
    ledger, requests = _begun(on_server())
    ledger.record(requests[0], _measured(), ledger.start(requests[0]))
    ledger.back_up(tmp_path / "backup.sqlite")
    ledger.back_up(tmp_path / "backup.sqlite")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".backup.sqlite.lock", "backup.sqlite"]
    assert (tmp_path / "backup.sqlite").stat().st_mode & 0o777 == 0o600
    copy = Ledger(tmp_path / "backup.sqlite")
    copy.check()
    assert copy.history() == ledger.history()
    again = Ledger(on_server())
    again.restore(copy)
    assert again.digest() == copy.digest() == ledger.digest()
    again.open_round(1, 1, [Pick(Candidate(ETHANOL, "library"), "")], [Request.ask(ETHANOL, SA)], {})
    again.record(requests[1], _measured())
    assert [e.seq for e in again.history()] == list(range(1, len(copy.history()) + 3))
    with pytest.raises(LedgerError, match="holds a campaign already"):
        again.restore(copy)


def test_events_are_seen_in_the_order_of_their_numbers(on_server: NewURL) -> None:
    """A reader that goes on from the last number it saw skips nothing."""
    url = on_server()
    writers = [_begun(url)[0], *(Ledger(url) for _ in range(3))]
    follower, seen, done = Ledger(url), [0], threading.Event()

    def write(ledger: Ledger) -> None:
        for k in range(25):
            ledger.amend({"budget": {"rounds": k}})

    def follow() -> None:
        while True:
            ended = done.is_set()
            seen.extend(e.seq for e in follower.history() if e.seq > seen[-1])
            if ended:
                return

    threads = [threading.Thread(target=write, args=(ledger,)) for ledger in writers]
    reader = threading.Thread(target=follow)
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join()
    assert seen[1:] == [e.seq for e in follower.history()]
    assert len(seen) > 100


def test_programs_that_begin_at_once_make_one_ledger(on_server: NewURL) -> None:
    url = on_server()
    assert not is_there(url)
    errors: list[Exception] = []

    def begin() -> None:
        try:
            _begun_once(url)
        except LedgerError as error:
            errors.append(error)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert is_there(url)
    assert [e.kind for e in Ledger(url).history()] == ["campaign"]


def _begun_once(url: str) -> None:
    ledger = Ledger(url)
    ledger.open_campaign({"name": "x"}, "d")
    ledger.close()


def test_one_run_holds_it_alone(on_server: NewURL) -> None:
    url = on_server()
    first, second = _begun(url)[0], Ledger(url)
    with first.alone():
        with (
            pytest.raises(LedgerError, match=r"another zincloop \(on .*, process \d+\) works on this"),
            second.alone(),
        ):
            pass
        second.amend({"budget": {}})  # a reading may be imported meanwhile
    for ledger in (second, first) * 20:  # at once, and not when the server has noticed
        with ledger.alone():
            pass


def test_what_a_schema_holds_already_is_left_alone(on_server: NewURL, server: Server) -> None:
    url = on_server()
    with psycopg.connect(server.url) as connection:
        connection.execute(f'CREATE SCHEMA "{schema_in(url)}" CREATE TABLE events (mine int)'.encode())
    for opens in (is_there, Ledger):
        with pytest.raises(LedgerError, match="tables of something else"):
            opens(url)


def test_another_schema_version_is_refused(on_server: NewURL) -> None:
    url = on_server()
    _begun(url)
    with psycopg.connect(url) as connection:
        connection.execute("COMMENT ON TABLE events IS 'zincloop ledger, version 99'")
    with pytest.raises(LedgerError, match="schema version 99"):
        Ledger(url)


def test_an_older_ledger_gets_the_tables_that_came_since(on_server: NewURL) -> None:
    url = on_server()
    ledger, requests = _begun(url)
    ledger.close()
    with psycopg.connect(url) as connection:
        connection.execute("COMMENT ON TABLE events IS 'zincloop ledger, version 3'")
        connection.execute("DROP TABLE setbacks")
    ledger = Ledger(url)
    assert ledger.set_back(
        requests[0], Failure(FailureKind.TRANSIENT, "away", _measured().cost), ledger.start(requests[0])
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@host/db",
        "postgresql://me@host/db?password=secret",
        "mysql://me:secret@host/db",
        "postgresql://me:secret@host:port/db",
        "postgresql://host",
        "secret",
    ],
)
def test_a_bad_url_is_one_sentence_that_repeats_no_secret(url: str) -> None:
    with pytest.raises(LedgerError, match=r"must be like postgresql://|a password does not belong") as caught:
        address(url, "x")
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_url_is_told_without_what_is_of_no_use_to_a_person() -> None:
    url = address("postgresql://me@host:5432/db?sslmode=require", "Zn-1")
    assert schema_in(url) == "Zn-1"
    assert told(url) == "the ledger Zn-1 on postgresql://me@host:5432/db?sslmode=require"
    with pytest.raises(LedgerError, match="too long a name"):
        address("postgresql://me@host/db", "x" * 64)
    with pytest.raises(LedgerError, match="names no schema"):
        Ledger("postgresql://me@host/db")


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerError, match=r"needs psycopg: pip install 'zincloop\[postgresql\]'"):
        Ledger(address("postgresql://me@host/db", "x"))


def test_a_server_out_of_reach_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"cannot be used at the moment: .*No such file") as caught:
        Ledger(address(f"postgresql://me@/db?host={tmp_path}", "x"))
    assert "\n" not in str(caught.value)


def test_a_server_that_restarts_is_waited_for_and_one_that_is_gone_is_told(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = address(own_server.url, "quick")
    ledger, requests = _begun(url)
    with ledger.alone():
        own_server.stop()
        back = threading.Timer(1.0, own_server.start)
        back.start()
        assert ledger.record(requests[0], _measured())
        back.join()
        with pytest.raises(LedgerError, match="another zincloop"), Ledger(url).alone():
            pass
        monkeypatch.setattr("loop.ledger.reaching.PATIENCE_SECONDS", 0.0)
        own_server.stop()
        for _ in range(2):
            with pytest.raises(LedgerError, match="cannot be used at the moment: ") as caught:
                ledger.record(requests[1], _measured())
            assert "\n" not in str(caught.value)
        own_server.start()
        other = Ledger(url)
        with other.alone(), pytest.raises(LedgerError, match="another zincloop"):
            ledger.record(requests[1], _measured())
        assert ledger.record(requests[1], _measured())
    assert set(ledger.state().values["sa"]) == {DMSO, UREA}
    ledger.close()
    other.close()


def test_a_reading_that_is_cut_off_leaves_nothing_half_read(on_server: NewURL, server: Server) -> None:
    url = on_server()
    writer, requests = _begun(url)
    reader = Ledger(url)
    assert len(reader.state().rounds) == 1
    writer.open_round(1, 1, [Pick(Candidate(ETHANOL, "library"), "")], [], {})
    writer.record(requests[0], _measured())

    def cut_off(connection: sa.Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if "JOIN answers" in statement:
            pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
            with psycopg.connect(server.url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    engine = reader._database.engine
    sa.event.listen(engine, "before_cursor_execute", cut_off)
    with pytest.raises(LedgerError, match="terminating connection"):
        reader.state()
    sa.event.remove(engine, "before_cursor_execute", cut_off)
    assert replace(reader.state(), at=0.0) == replace(Ledger(url).state(), at=0.0)


def test_what_passes_is_told_from_what_a_person_has_to_mend(on_server: NewURL) -> None:
    url = on_server()
    host = url.partition("?")[2]
    refused = [
        url.replace("//postgres@/postgres", f"//{there}") for there in ("nobody@/postgres", "postgres@/no")
    ]
    away = [
        address("postgresql://u@127.0.0.1:1/x", "a"),
        url.replace(host, host.replace("host=", "host=%2Fno")),
    ]
    for place, passes in [(p, False) for p in refused] + [(p, True) for p in away]:
        with pytest.raises(LedgerError, match="cannot be used") as error:
            is_there(place)
        assert isinstance(error.value, AwayError) == passes, place


def test_a_connection_that_is_cut_passes(on_server: NewURL) -> None:
    url = on_server()
    ledger, _ = _begun(url)
    with pytest.raises(AwayError, match="terminating connection"), ledger._writing() as connection:
        mine = connection.scalar(sa.text("SELECT pg_backend_pid()"))
        with psycopg.connect(url) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (mine,))
        connection.execute(sa.text("SELECT 1"))
