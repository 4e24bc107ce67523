"""Copy a ledger row by row, between whatever databases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from loop.ledger.errors import DamagedError, LedgerError
from loop.ledger.schema import metadata
from loop.ledger.sqlite import SQLite

ROWS = 1000
"""Held in memory at once."""


def copy_rows(source: sa.Connection, target: sa.Connection) -> None:
    """Copy every fact into a ledger that has none."""
    reading = source.execution_options(yield_per=ROWS)
    for table in metadata.sorted_tables:
        query = sa.select(table).order_by(*table.primary_key)
        for some in reading.execute(query).mappings().partitions():
            target.execute(sa.insert(table), [dict(row) for row in some])


def write_copy(source: sa.Connection, to: Path) -> None:
    """Write every fact into a new SQLite file, and look through it.

    Raises
    ------
    LedgerError
        If the file cannot be written.
    """
    copy = SQLite(to)
    try:
        with copy.explained(), copy.engine.begin() as target:
            copy.create(target)
            copy_rows(source, target)
            copy.check(target)
    except DamagedError as error:  # the disk of the copy, not the ledger
        raise LedgerError(str(error)) from error
    finally:
        copy.engine.dispose()
    with closing(sqlite3.connect(to)) as file:
        file.execute("PRAGMA journal_mode=DELETE")  # one file is all there is to a copy
