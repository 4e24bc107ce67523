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
from oracles.contained.spool import write_text

ANSWER = ".answer.txt"
"""What is added to a file's name for the answer to it."""

SETTLED_SECONDS = 2.0
"""A file that was written to a shorter time ago may not be whole yet."""


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
        look(opened, folder, say)
        time.sleep(every)


def look(opened: Opened, folder: Path, say: Callable[[str], None]) -> int:
    """Take in what is new in a folder; returns how many files that were.

    A file is new as long as no answer beside it names its content, so that a restart, and a file put there
    again, change nothing; a refused file is looked at again when it has changed.

    Raises
    ------
    StoreError
        If the folder cannot be read or written to.
    """
    try:
        files = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".csv" and p.is_file())
    except OSError as error:
        raise StoreError(f"{folder}: cannot be read: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise StoreError(f"{folder}: cannot be written to, and answers go there")
    return sum(_look_at(opened, file, say) for file in files)


def _look_at(opened: Opened, file: Path, say: Callable[[str], None]) -> bool:
    try:
        if time.time() - file.stat().st_mtime < SETTLED_SECONDS:
            return False
        with file.open("rb") as content:
            mark = f"sha256 {hashlib.file_digest(content, 'sha256').hexdigest()}"
    except OSError:  # gone, or not ours to read yet
        return False
    answer = file.with_name(file.name + ANSWER)
    if answer.is_file() and mark in answer.read_text(encoding="utf-8").splitlines()[:2]:
        return False
    try:
        told = ["taken in", mark, *account(opened, take(opened, file), dry=False)]
    except RefusedError as error:
        told = ["refused, nothing was taken in", mark, *str(error).splitlines()]
    write_text(answer, "\n".join(told) + "\n")
    say(f"{file.name}: {told[0]}; {told[2]}")
    return True
