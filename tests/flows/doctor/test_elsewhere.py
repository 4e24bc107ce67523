"""What a campaign needs beside its directory: the doctor knocks, and makes nothing."""

from __future__ import annotations

import socket
from pathlib import Path

import psycopg
import pytest

from flows.doctor.finding import Finding, Grade
from flows.doctor.machine import Needs, memory, threads
from flows.doctor.visit import admit, visit
from tests.conftest import Server


def _found(file: Path, about: str) -> list[Finding]:
    return [f for f in visit(file, None, print, quick=True) if f.about == about]


def _with(quick: Path, table: str) -> Path:
    quick.write_text(f"{quick.read_text()}\n{table}\n")
    return quick


def test_a_scheduler_is_knocked_at(quick: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        file = _with(quick, f'[workers.cluster]\nkind = "scheduler"\naddress = "tcp://{address}"')
        assert [f.grade for f in _found(file, "cluster")] == [Grade.OK]
    (gone,) = _found(file, "cluster")
    assert gone.grade is Grade.TROUBLE
    assert address in gone.seen


def test_jobs_need_what_submits_them(quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(quick.parent))
    (found,) = _found(_with(quick, '[workers.cluster]\nkind = "pbs"'), "cluster")
    assert (found.grade, found.seen) == (Grade.TROUBLE, "there is no qsub here")


def test_calculations_elsewhere_want_nothing_of_this_machine(quick: Path) -> None:
    file = _with(quick, '[workers]\ncount = 64\n\n[workers.cluster]\nkind = "slurm"')
    needs = Needs.of(admit(file, None).assembled)
    for look in (threads, memory):
        assert (found := look(needs)).grade is Grade.OK
        assert "run elsewhere" in found.seen


def test_a_shared_file_is_looked_at_and_not_made(quick: Path) -> None:
    file = _with(quick, '[sharing]\nfile = "shared.sqlite"')
    assert [f.grade for f in _found(file, "sharing")] == [Grade.OK]
    shared = quick.parent / "shared.sqlite"
    assert not shared.exists()
    shared.write_text("no database, but long enough to be taken for one")
    assert [f.grade for f in _found(file, "sharing")] == [Grade.TROUBLE]


def test_a_server_is_asked_what_its_user_may_do(quick: Path, server: Server) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS onlooker")
        connection.execute("CREATE ROLE onlooker LOGIN")
    url, text = server.url, quick.read_text()
    for place, grade, words in (
        (url, Grade.OK, "can be written"),
        (url.replace("//postgres:@", "//onlooker@"), Grade.TROUBLE, "may make no schema"),
        ("postgresql://u@127.0.0.1:1/x", Grade.TROUBLE, "Connection refused"),
    ):
        quick.write_text(f'{text}\n[ledger]\nurl = "{place}"\n')
        (found,) = _found(quick, "ledger's server")
        assert found.grade is grade
        assert words in found.seen
    with psycopg.connect(url) as connection:
        assert not connection.execute("SELECT FROM pg_namespace WHERE nspname = 'quick'").fetchall()
