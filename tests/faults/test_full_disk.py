"""A disk that fills up during a campaign costs one sentence and no measurement."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from loop.ledger import Ledger
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


ROOM = 3
"""Pages beyond those of an empty ledger: enough to begin, too little for 36 answers."""


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
    assert all(state.attempts[key] == 1 for key in kept)
