from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from flows.laboratory.watching import ANSWER, look, watch
from flows.opening import Opened
from flows.store import StoreError


def put(file: Path, folder: Path, name: str = "cells.csv") -> Path:
    """Copy a file as one that was written a while ago."""
    folder.mkdir(exist_ok=True)
    there = folder / name
    shutil.copy(file, there)
    os.utime(there, (time.time() - 60, time.time() - 60))
    return there


def test_a_file_is_taken_in_once_and_answered(waiting: Opened, filled: Path, tmp_path: Path) -> None:
    told: list[str] = []
    there = put(filled, tmp_path / "in")
    assert look(waiting, tmp_path / "in", told.append) == 1
    answer = there.with_name(there.name + ANSWER).read_text()
    assert answer.startswith("taken in\nsha256 ")
    assert "6 requests answered by this, 0 still open" in answer
    assert told == ["cells.csv: taken in; 18 new readings, 0 known already, 0 rows without a value"]
    assert look(waiting, tmp_path / "in", told.append) == 0
    put(filled, tmp_path / "in", "again.csv")
    assert look(waiting, tmp_path / "in", told.append) == 1
    assert "0 new readings, 18 known already" in told[-1]


def test_a_refused_file_is_looked_at_again_when_it_is_mended(
    waiting: Opened, filled: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    good = filled.read_text()
    filled.write_text(good.replace("95.0", '"95,0"'))
    there = put(filled, tmp_path / "in")
    assert look(waiting, tmp_path / "in", told.append) == 1
    assert "has a decimal comma; write 95.0" in there.with_name(there.name + ANSWER).read_text()
    assert not waiting.ledger.state().notebook.reported
    assert look(waiting, tmp_path / "in", told.append) == 0, "it has not changed"
    filled.write_text(good)
    put(filled, tmp_path / "in")
    assert look(waiting, tmp_path / "in", told.append) == 1
    assert not waiting.ledger.state().pending


def test_a_file_that_is_still_written_to_is_left_alone(waiting: Opened, filled: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copyfile(filled, tmp_path / "in" / "cells.csv")
    assert look(waiting, tmp_path / "in", print) == 0


def test_a_file_that_may_be_cut_off_is_given_longer(waiting: Opened, filled: Path, tmp_path: Path) -> None:
    filled.write_text(filled.read_text().rstrip("\n"))
    there = put(filled, tmp_path / "in")
    os.utime(there, (time.time() - 10, time.time() - 10))
    assert look(waiting, tmp_path / "in", print) == 0
    os.utime(there, (time.time() - 70, time.time() - 70))
    assert look(waiting, tmp_path / "in", print) == 1


def test_an_instrument_may_be_ahead_of_its_time(waiting: Opened, filled: Path, tmp_path: Path) -> None:
    there = put(filled, tmp_path / "in")
    os.utime(there, (time.time() + 3600, time.time() + 3600))
    assert look(waiting, tmp_path / "in", print) == 1


def test_a_spreadsheet_is_answered_and_what_it_keeps_beside_is_not(
    waiting: Opened, filled: Path, tmp_path: Path
) -> None:
    filled.write_bytes(b"PK\x03\x04")
    there = put(filled, tmp_path / "in", "cells.xlsx")
    put(filled, tmp_path / "in", "~$cells.xlsx")
    put(filled, tmp_path / "in", ".cells.csv")
    assert look(waiting, tmp_path / "in", print) == 1
    assert "save it as CSV" in there.with_name(there.name + ANSWER).read_text()


def test_an_answer_that_cannot_be_left_is_a_sentence(waiting: Opened, filled: Path, tmp_path: Path) -> None:
    there = put(filled, tmp_path / "in")
    there.with_name(there.name + ANSWER).mkdir()
    with pytest.raises(StoreError, match=r"answer.txt: cannot be written: Is a directory; taken in"):
        look(waiting, tmp_path / "in", print)


@pytest.mark.slow
def test_a_busy_ledger_is_waited_for(waiting: Opened, filled: Path, tmp_path: Path) -> None:
    put(filled, tmp_path / "in")
    told: list[str] = []
    with closing(sqlite3.connect(waiting.store.ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        def say(line: str) -> None:
            told.append(line)
            if "taken in" in line:
                raise KeyboardInterrupt
            other.execute("ROLLBACK")

        with pytest.raises(KeyboardInterrupt):
            watch(waiting, tmp_path / "in", 0.1, say)
    assert "tried again in 0.1 s" in told[0]
    assert "18 new readings" in told[1]


def test_a_folder_that_is_not_there_is_a_sentence(waiting: Opened, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        look(waiting, tmp_path / "nowhere", print)


@pytest.mark.slow
def test_the_command_takes_in_what_is_put_there_and_ends_when_told(
    waiting: Opened, filled: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    command = [sys.executable, "-m", "flows.cli", "lab", "watch", str(waiting.store.directory), str(folder)]
    with subprocess.Popen([*command, "--every", "1"], stdout=subprocess.PIPE, text=True) as child:
        there = put(filled, folder)
        deadline = time.monotonic() + 60
        while not there.with_name(there.name + ANSWER).exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        child.send_signal(signal.SIGTERM)
        try:
            told, _ = child.communicate(timeout=30)
        finally:
            child.kill()
    assert child.returncode == 130
    assert "18 new readings" in told
    assert not waiting.ledger.state().pending
