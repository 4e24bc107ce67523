"""A disk that fills up during a campaign costs one sentence and no measurement."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import pytest

from loop.campaign import State
from loop.ledger import Ledger
from tests.conftest import ROOT, unavailable
from tests.faults.killing import finished

pytestmark = pytest.mark.slow


ROOM = 1
"""Pages beyond those of an empty ledger: enough to begin, too little for 36 answers."""


def _attempts(state: State, keys: Collection[str]) -> set[int]:
    """How often those of them were begun that are calculated one by one."""
    return {state.attempts[key] for key in keys if state.requests[key].oracle == "surface"}


def _empty(directory: Path) -> int:
    Ledger(directory / "empty.sqlite").close()
    with closing(sqlite3.connect(directory / "empty.sqlite")) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


def _run(file: Path, pages: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults.full_driver", str(file), str(pages)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_a_full_disk_is_one_sentence_and_room_is_all_it_takes(quick: Path) -> None:
    done = _run(quick, _empty(quick.parent) + ROOM)
    assert done.returncode == 2
    assert "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    ledger = Ledger(quick.parent / "quick" / "ledger.sqlite")
    kept = set(ledger.state().answers)
    assert 0 < len(kept) < 36
    ledger.close()
    assert _run(quick, 100_000).returncode == 0
    state = Ledger(quick.parent / "quick" / "ledger.sqlite").state()
    assert len(state.answers) == 36
    assert kept < set(state.answers)
    assert _attempts(state, kept) == {1}


SMALL = (
    *("unshare", "--map-root-user", "--mount", "sh", "-c"),
    'mount -t tmpfs -o size=$1 none "$2" && shift 2 && exec "$@"',
    "sh",
)
"""Runs a command that sees a small disk at a directory, and nobody else does."""


def _run_on(size: str, place: Path, file: Path) -> subprocess.CompletedProcess[str]:
    place.mkdir(parents=True)
    if subprocess.run([*SMALL, size, place, "true"], capture_output=True, check=False).returncode:
        unavailable("no disk can be mounted here (unshare, mount)")
    command: list[str | Path] = [*SMALL, size, place, Path(sys.executable).parent / "zincloop", "run", file]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_no_room_for_outcomes_ends_the_run_and_is_no_failure_of_a_calculation(quick: Path) -> None:
    home = quick.parent / "quick"
    done = _run_on("40k", home / "jobs", quick)
    assert done.returncode == 2, done.stderr
    assert "no disk space" in done.stderr
    kept = set(finished(home))
    assert 0 < len(kept) < 12
    assert _run(quick, 100_000).returncode == 0
    state = Ledger(home / "ledger.sqlite").state()
    assert len(state.answers) == 36
    assert not state.failures
    assert _attempts(state, kept) == {1}


def test_no_room_for_prefect_is_a_warning(quick: Path) -> None:
    home = quick.parent / "quick"
    done = _run_on("64k", home / ".prefect", quick)
    assert done.returncode == 0, done.stderr
    assert "going on without it" in (home / "zincloop.log").read_text()
    assert Ledger(home / "ledger.sqlite").state().evaluations == 18
