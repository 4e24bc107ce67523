"""Take in whatever files are put into a folder, each once, and leave an answer beside it."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from flows.laboratory.row import RefusedError
from flows.laboratory.taking import take
from flows.laboratory.views import account
from flows.opening import Opened
from flows.store import StoreError
from loop.ledger import DamagedError, LedgerError
from oracles.contained.spool import write_text

ANSWER = ".answer.txt"
"""What is added to a file's name for the answer to it."""

SETTLED_SECONDS = 2.0
"""A file that was written to a shorter time ago may not be whole yet."""

CUT_OFF_SECONDS = 60.0
"""The same for a file whose last line does not end: 96.3 may become 96.35."""

READ = frozenset({".csv", ".tsv", ".xlsx", ".xls", ".ods"})
"""What is looked at, by the end of its name; spreadsheets are answered with what to do instead."""


def watch(opened: Opened, folder: Path, every: float, say: Callable[[str], None]) -> None:
    """Look into a folder again and again, until interrupted.

    Parameters
    ----------
    every
        Seconds between two looks.
    say
        Told a line for each file.

    Raises
    ------
    StoreError
        If the folder cannot be read or written to.
    """
    while True:
        try:
            look(opened, folder, say)
        except DamagedError:
            raise
        except LedgerError as error:
            say(f"{error}; tried again in {every:g} s")
        time.sleep(every)


def look(opened: Opened, folder: Path, say: Callable[[str], None]) -> int:
    """Take in what is new in a folder; returns how many files that were.

    A file is new as long as no answer beside it names its content, so that a restart, and a file put there
    again, change nothing; a refused file is looked at again when it has changed.

    Raises
    ------
    StoreError
        If the folder cannot be read or written to.
    LedgerError
        If the ledger is busy or damaged.
    """
    try:
        files = sorted(
            p for p in folder.iterdir() if p.suffix.lower() in READ and p.is_file() and p.name[0] not in ".~"
        )
    except OSError as error:
        raise StoreError(f"{folder}: cannot be read: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise StoreError(f"{folder}: cannot be written to, and answers go there")
    return sum(_look_at(opened, file, say) for file in files)


def _is_meant(path: Path) -> bool:
    """Whether a path is a file for us, and not what a spreadsheet keeps beside one that is open."""
    return path.suffix.lower() in READ and path.name[0] not in ".~" and path.is_file()


def _look_at(opened: Opened, file: Path, say: Callable[[str], None]) -> bool:
    try:
        # The clock of an instrument may be ahead.
        age = abs(time.time() - file.stat().st_mtime)
        if age < SETTLED_SECONDS or (age < CUT_OFF_SECONDS and not _ends(file)):
            return False
        with file.open("rb") as content:
            mark = f"sha256 {hashlib.file_digest(content, 'sha256').hexdigest()}"
    except OSError:  # gone, or not ours to read yet
        return False
    answer = file.with_name(file.name + ANSWER)
    if answer.is_file() and mark in answer.read_text("utf-8", "replace").splitlines()[:2]:
        return False
    try:
        told = ["taken in", mark, *account(opened, take(opened, file), dry=False)]
    except RefusedError as error:
        told = ["refused, nothing was taken in", mark, *str(error).splitlines()]
    try:
        write_text(answer, "\n".join(told) + "\n")
    except OSError as error:
        raise StoreError(f"{answer}: cannot be written: {error.strerror}; {told[0]}") from error
    say(f"{file.name}: {told[0]}; {told[2]}")
    return True


def _ends(file: Path) -> bool:
    """Whether the last line of a file is whole."""
    with file.open("rb") as content:
        content.seek(-min(2, file.stat().st_size), os.SEEK_END)
        return content.read().rstrip(b"\0").endswith((b"\n", b"\r"))  # UTF-16, too
