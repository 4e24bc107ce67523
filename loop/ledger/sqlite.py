"""A ledger in an SQLite file, on a local disk."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from loop.ledger import schema
from loop.ledger.errors import DamagedError, LedgerError, explained
from loop.ledger.upgrade import upgrade

BUSY_SECONDS = 30.0
"""How long a write waits for another program's transaction."""

PAUSE_SECONDS = 0.02
"""Between two tries at what SQLite itself does not wait for."""


class SQLite:
    """One file; every transaction takes it for itself from the beginning.

    Raises
    ------
    LedgerError
        If the file cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)
        self.engine = engine(path)

    def version(self, connection: sa.Connection) -> int:
        """Schema version of what is there; 0 for nothing."""
        return int(connection.scalar(sa.text("PRAGMA user_version")) or 0)

    def create(self, connection: sa.Connection) -> None:
        """Make the tables."""
        schema.create(connection)

    def upgrade(self) -> None:
        """Bring an older ledger up to date."""
        with self.explained():
            upgrade(self.path, BUSY_SECONDS)

    def take_turn(self, connection: sa.Connection) -> None:
        """Nothing to do: the transaction began as the only one."""

    def check(self, connection: sa.Connection) -> None:
        """Look through the whole file.

        Raises
        ------
        DamagedError
            If a page or an index is not what it should be, or a fact points to nothing.
        """
        found = [str(row[0]) for row in connection.execute(sa.text("PRAGMA quick_check(1)"))]
        if found != ["ok"]:
            raise DamagedError(f"{self.name} is damaged: {' '.join(found[0].split())}")
        if (row := connection.execute(sa.text("PRAGMA foreign_key_check")).first()) is not None:
            raise DamagedError(f"{self.name} is damaged: a row of {row[0]} points to nothing")

    def copy(self, to: Path) -> None:
        """Write a copy of the file, by SQLite's own online backup."""
        with (
            self.explained(),
            closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(to)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file is all there is to a copy
            if (found := copy.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise DamagedError(f"{self.name} is damaged: {found}")

    def renumber(self, connection: sa.Connection) -> None:
        """Nothing to do: SQLite goes on from the largest number that is there."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nothing to hold: the lock of the campaign's directory is enough for a file in it."""
        yield

    def explained(self) -> AbstractContextManager[None]:
        """Turn errors into sentences."""
        # What SQLite calls an operational error (locked, full, read-only) is no fault of the file.
        return explained(
            self.name, sqlite3.DatabaseError, lambda e: type(e) is sqlite3.DatabaseError, _is_busy
        )


def _is_busy(error: BaseException) -> bool:
    """Whether another program has the file for now."""
    return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def engine(path: Path) -> sa.Engine:
    """Connections to a file that only its owner can read, made if absent; each transaction takes it whole.

    Raises
    ------
    LedgerError
        If the file cannot be made or written.
    """
    found = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(found, "connect", _on_connect)
    sa.event.listen(found, "begin", _on_begin)
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise LedgerError(f"{path} cannot be written: {error.strerror}") from error
    return found


def _on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    # The driver must not begin transactions of its own, or BEGIN IMMEDIATE below comes too late.
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Keep a log of what is written; two programs that turn it on at once do not wait for each other."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _on_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
