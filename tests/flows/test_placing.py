"""A campaign whose ledger is on a server: found from its directory and its file, and never in two places."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from flows.campaign_file import CampaignFileError, read
from flows.laboratory.api.desk import Desk
from flows.laboratory.taking import take
from flows.opening import Opened, begin_or_resume, commit, existing, peek
from flows.repairing import repair
from flows.store import StoreError
from flows.waiting import WaitingError, wait
from loop.ledger import LedgerError, is_there
from loop.ledger.address import address
from loop.molecule import parse
from loop.readings import Reading
from loop.records import Candidate, Pick, Request
from tests.conftest import Server


def _on(url: str, file: Path) -> Path:
    """Put the ledger of a campaign file on a server, under a name of its own."""
    name = f"quick-{uuid.uuid4().hex}"
    file.write_text(f'{file.read_text()}\n[ledger]\nurl = "{url}"\n'.replace('"quick"', f'"{name}"'))
    return file


@pytest.fixture
def far(quick: Path, server: Server) -> Path:
    """The quick campaign with its ledger on a server."""
    return _on(server.url, quick)


def _begun(file: Path, directory: Path | None = None) -> Opened:
    opened = begin_or_resume(file, directory)
    commit(opened)
    opened.ledger.open_session({})
    opened.ledger.back_up(opened.store.backup)
    opened.ledger.close()
    return opened


def test_a_campaign_is_found_from_directory_and_file_on_any_machine(far: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no campaign was begun here"):
        existing(far)
    assert [p.name for p in far.parent.iterdir() if p.is_file()] == ["quick.toml"], "a look writes nothing"
    opened = _begun(far)
    home = opened.store.directory
    assert not opened.store.ledger.exists()
    assert "ledger" not in opened.assembled.resolved, "where it is says nothing about what it is"
    (tmp_path / "another machine").mkdir()
    copy = shutil.copy(far, tmp_path / "another machine" / "quick.toml")
    for path in (far, home, Path(copy), Path(copy).parent / home.name):
        found = existing(path)
        assert found.ledger.digest() == opened.ledger.digest()
        assert found.assembled.digest == opened.assembled.digest
        found.ledger.close()
    assert peek(far, None)[1].sessions


def test_nothing_is_begun_where_the_server_cannot_be_reached(quick: Path, tmp_path: Path) -> None:
    _on(f"postgresql://me@/db?host={tmp_path}", quick)
    with pytest.raises(LedgerError, match="cannot be used"):
        begin_or_resume(quick, None)
    assert [p.name for p in tmp_path.iterdir()] == ["quick.toml"]


def test_a_ledger_cannot_be_begun_in_a_second_place(far: Path, tmp_path: Path) -> None:
    _begun(far, tmp_path / "home")
    there = far.read_text()
    far.write_text(there.replace("postgresql://postgres:@/postgres", "postgresql://postgres@/template1"))
    with pytest.raises(
        StoreError, match=r"asks for the ledger .*template1.*, but .* was begun with the ledger"
    ):
        begin_or_resume(far, tmp_path / "home")
    far.write_text(there.partition("[ledger]")[0])
    with pytest.raises(StoreError, match=r"asks for .*ledger.sqlite, but .* was begun with the ledger"):
        begin_or_resume(far, tmp_path / "home")
    _begun(far, tmp_path / "here")
    far.write_text(there)
    with pytest.raises(StoreError, match=r"asks for the ledger .*, but .* was begun with .*ledger.sqlite"):
        begin_or_resume(far, tmp_path / "here")


def test_a_schema_that_is_gone_is_told_and_loaded_from_the_backup(far: Path, server: Server) -> None:
    opened = _begun(far)
    store, history = opened.store, opened.ledger.history()
    opened.ledger.close()
    assert repair(store) is None
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA "{opened.assembled.definition.name}" CASCADE'.encode())
    for opens in (existing, lambda path: begin_or_resume(path, None)):
        for path in (far, store.directory):
            with pytest.raises(StoreError, match=r"is missing; 'zincloop repair .*' goes back to the backup"):
                opens(path)
    assert not is_there(store.place), "a look makes no schema"
    done = repair(store)
    assert done is not None
    assert done.kept == ()
    assert existing(store.directory).ledger.history() == history
    assert not list(store.directory.glob(".ledger.trial*"))


def test_a_ledger_in_a_file_moves_to_a_server_as_the_docs_say(quick: Path, server: Server) -> None:
    opened = _begun(quick)
    store, digest = opened.store, opened.ledger.digest()
    opened.ledger.close()
    url = address(server.url, f"quick-{uuid.uuid4().hex}")
    store.ledger.rename(store.ledger.with_name("ledger.before.sqlite"))
    store.pointer.write_text(f"{url}\n")
    assert repair(store) is not None
    found = existing(store.directory)
    assert found.ledger.digest() == digest
    assert found.store.place == url


@pytest.mark.parametrize(
    "table",
    [
        '[ledger]\nurl = "postgresql://me:secret@host/db"',
        '[ledger]\nurl = "mysql://me:secret@host/db"',
        '[ledger]\nurl = ["postgresql://me:secret@host/db"]',
        '[ledger]\nulr = "postgresql://me:secret@host/db"',
        '[[ledger]]\nurl = "postgresql://me:secret@host/db"',
    ],
)
def test_a_password_is_refused_and_not_repeated(quick: Path, table: str) -> None:
    quick.write_text(f"{quick.read_text()}\n{table}\n")
    with pytest.raises(CampaignFileError, match="ledger") as caught:
        read(quick)
    assert "secret" not in str(caught.value)


def test_a_url_in_place_of_the_table_is_not_repeated(quick: Path) -> None:
    quick.write_text(f'ledger = "postgresql://me:secret@host/db"\n{quick.read_text()}')
    with pytest.raises(CampaignFileError, match="line 1: ledger: ") as caught:
        read(quick)
    assert "secret" not in str(caught.value)


def _woken(place: Path | str) -> threading.Event:
    woken = threading.Event()

    def sleep() -> None:
        wait(place, None)
        woken.set()

    threading.Thread(target=sleep, daemon=True).start()
    return woken


def test_readings_wake_whoever_waits_also_when_the_server_was_away(
    laboratory: Path, own_server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("flows.waiting.FAR_LOOK_SECONDS", 0.1)
    opened = _begun(_on(own_server.url, laboratory))
    for oracle in opened.assembled.parts.oracles:
        opened.ledger.declare(oracle.protocol())
    opened.ledger.end_session("waiting for the laboratory")
    woken = _woken(opened.store.place)
    assert not woken.wait(0.5)
    own_server.stop()
    assert not woken.wait(0.5)
    own_server.start()
    assert not woken.wait(0.5)
    opened.ledger.report([Reading(parse("CCCO"), "ce", "1", 95.0, "%")])
    assert woken.wait(10.0)
    assert capsys.readouterr().err.count("the ledger is away and waited for") == 1
    opened.ledger.close()


def test_a_wait_for_a_ledger_that_is_gone_ends(on_server: Callable[[], str]) -> None:
    started = time.monotonic()
    with pytest.raises(WaitingError, match="events"):
        wait(on_server(), None)
    assert time.monotonic() - started < 5.0


def test_the_desk_of_a_laboratory_lets_go_of_a_server(laboratory: Path, server: Server) -> None:
    opened = _begun(_on(server.url, laboratory))
    pick = Pick(Candidate(parse("CCCO"), "library"), "initial design", None)
    protocol = next(o for o in opened.assembled.parts.oracles if o.kind == "laboratory").protocol()
    request = Request.ask(pick.candidate.molecule, protocol)
    opened.ledger.declare(protocol)
    opened.ledger.open_round(0, 1, [pick], [request], {})
    opened.ledger.close()
    with psycopg.connect(server.url, autocommit=True) as connection:

        def connections() -> int:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"
            ).fetchone()
            return 0 if row is None else int(row[0])

        before, desk = connections(), Desk(opened.store.directory)
        assert [asked.id for asked in desk.requests().requests] == [request.key[:8]]
        claimed = desk.claim(request.key, "Ada").claimed
        assert claimed is not None
        assert claimed.by == "Ada"
        deadline = time.monotonic() + 10.0
        while connections() > before and time.monotonic() < deadline:
            time.sleep(0.1)
        assert connections() <= before


def test_a_laboratory_elsewhere_hands_in_its_readings(
    laboratory: Path, server: Server, tmp_path: Path
) -> None:
    opened = _begun(_on(server.url, laboratory))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    file = Path(shutil.copy(laboratory, elsewhere / "quick.toml"))
    (elsewhere / "cells.csv").write_text("smiles,property,value,unit\nCCCO,ce,95.0,%\n")
    taken = take(existing(file), elsewhere / "cells.csv", unsolicited=True)
    assert len(taken.intake.news) == 1
    assert [r.reading.value for r in opened.ledger.state().notebook.reported] == [95.0]
