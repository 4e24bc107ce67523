"""What a ledger needs of a database, and which one is meant."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from loop.ledger.postgresql import PostgreSQL
from loop.ledger.sqlite import SQLite

Place = Path | str
"""Where a ledger is: an SQLite file, or the URL of a schema on a PostgreSQL server."""


class Database(Protocol):
    """How the databases differ.

    Attributes
    ----------
    name
        What the ledger is called in messages.
    engine
        Connections to it. A transaction sees the ledger as of its beginning.
    """

    name: str
    engine: sa.Engine

    def version(self, connection: sa.Connection) -> int:
        """Schema version of what is there; 0 for nothing."""

    def create(self, connection: sa.Connection) -> None:
        """Make the tables where there are none."""

    def upgrade(self) -> None:
        """Bring an older ledger up to date."""

    def take_turn(self, connection: sa.Connection) -> None:
        """Begin to write: until the end of this transaction nobody else does."""

    def check(self, connection: sa.Connection) -> None:
        """Look through all of it; raises ``DamagedError``."""

    def copy(self, to: Path) -> None:
        """Write everything committed so far into a new SQLite file."""

    def renumber(self, connection: sa.Connection) -> None:
        """Let numbers go on after rows that were copied with theirs."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold the ledger against other machines; raises ``LedgerError`` if one of them holds it."""

    def explained(self) -> AbstractContextManager[None]:
        """Turn what the database says into a sentence."""


def database(place: Place) -> Database:
    """The database of a place; an SQLite file is made where there is none."""
    return SQLite(place) if isinstance(place, Path) else PostgreSQL(place)


def is_there(place: Place) -> bool:
    """Whether a ledger was begun at a place; makes nothing.

    Raises
    ------
    LedgerError
        If the server cannot be reached, or there is something else.
    """
    if isinstance(place, Path):
        return place.is_file() and place.stat().st_size > 0
    server = PostgreSQL(place)
    try:
        with server.explained(), server.engine.begin() as connection:
            return server.version(connection) > 0
    finally:
        server.engine.dispose()
