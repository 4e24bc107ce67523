from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.laboratory.watching import ANSWER, look
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
