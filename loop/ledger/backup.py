"""Copies of a ledger: one SQLite file, whatever database it is in."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from loop.ledger.database import Database
from loop.ledger.errors import LedgerError


def back_up(database: Database, to: Path) -> None:
    """Write a copy of everything committed so far, replacing an older one in one step.

    Raises
    ------
    DamagedError
        If the ledger is not whole.
    LedgerError
        If the copy cannot be written. In both cases an older copy is left alone.
    """
    partial = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        # One at a time, so that the last copy in place is that of the latest facts.
        with to.with_name(f".{to.name}.lock").open("a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            partial.unlink(missing_ok=True)
            partial.touch(mode=0o600)
            database.copy(partial)
            with partial.open("rb") as file:
                os.fsync(file.fileno())
            partial.replace(to)
    except OSError as error:
        raise LedgerError(f"{to} cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
