"""A ledger in a schema of its own on a PostgreSQL server, which several machines reach."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import sqlalchemy as sa

from loop.ledger import schema
from loop.ledger.address import checked, schema_in, told
from loop.ledger.copying import write_copy
from loop.ledger.errors import LedgerError, explained
from loop.ledger.holding import Holding
from loop.ledger.reaching import Patience, is_away

OLDEST = 14
"""Version of the server from which triggers can be replaced."""

CONNECTIONS = 4
"""At most, of one program; writers take turns in any case."""

SETTINGS = (
    "-clock_timeout=90s "
    # A machine that is cut off in mid-transaction lets the others go on, before these lose their patience.
    "-cidle_in_transaction_session_timeout=60s "
    "-ctcp_keepalives_idle=60 -ctcp_keepalives_interval=10 -ctcp_keepalives_count=6"
)

REACHING = {
    "connect_timeout": "10",
    "keepalives_idle": "60",
    "keepalives_interval": "10",
    "keepalives_count": "6",
    "application_name": f"zincloop on {platform.node()}, process {os.getpid()}"[:63],
}
"""How to connect, where the URL does not say otherwise."""

VERSION = sa.text("SELECT obj_description(to_regclass('events'), 'pg_class')")
TABLES = sa.text("SELECT count(*) FROM pg_tables WHERE schemaname = :schema")
SCHEMA = sa.text("SELECT count(*) FROM pg_namespace WHERE nspname = :schema")
CREATING = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:schema, 1))")


class PostgreSQL:
    """One schema; a transaction sees the ledger as of its beginning, and those that write take turns.

    Parameters
    ----------
    url
        As :func:`~loop.ledger.address.address` makes it.

    Raises
    ------
    LedgerError
        If the URL is none, or the driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self.schema = schema_in(url)
        self.name = told(url)
        server = checked(url).set(drivername="postgresql+psycopg")
        try:
            import psycopg  # noqa: PLC0415 - an extra that a ledger in a file does without
        except ImportError as error:
            raise LedgerError(f"{self.name} needs psycopg: pip install 'zincloop[postgresql]'") from error
        self._driver = psycopg
        settings = {k: v for k, v in REACHING.items() if k not in server.query}
        settings["options"] = f"{SETTINGS} {server.query['options']}"
        self.engine = sa.create_engine(
            server,
            connect_args=settings,
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=120,
        )
        # Not from the same pool, all of which may be waiting for it.
        session = sa.create_engine(
            server, connect_args=settings, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        self._holding = Holding(session, self.name)
        for engine in (self.engine, session):
            Patience(engine)

    def version(self, connection: sa.Connection) -> int:
        """Schema version of what is there; 0 for nothing.

        Raises
        ------
        LedgerError
            If the server is too old, or the schema holds something else.
        """
        # Tables that come while one waits for another program to make them must be seen.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        found = connection.dialect.server_version_info or (0,)
        if found[0] < OLDEST:
            raise LedgerError(f"{self.name} needs PostgreSQL {OLDEST} or newer, this is {found[0]}")
        mark = re.fullmatch(r"zincloop ledger, version (\d+)", connection.scalar(VERSION) or "")
        if mark is None and connection.scalar(TABLES, {"schema": self.schema}):
            raise LedgerError(
                f"{self.name}: the schema holds tables of something else; name the campaign anew"
            )
        return int(mark[1]) if mark else 0

    def create(self, connection: sa.Connection) -> None:
        """Make the schema and its tables, or what an older ledger lacks; another program may be quicker."""
        connection.execute(CREATING, {"schema": self.schema})
        if not connection.scalar(SCHEMA, {"schema": self.schema}):
            connection.exec_driver_sql(f'CREATE SCHEMA "{self.schema}"')
        if self.version(connection) < schema.SCHEMA_VERSION:
            schema.create(connection)

    def upgrade(self) -> None:
        """Bring an older ledger up to date: so far there is none on a server that lacks more than a table."""
        with self.explained(), self.engine.begin() as connection:
            self.version(connection)
            self.create(connection)

    def take_turn(self, connection: sa.Connection) -> None:
        """Keep others from writing until the transaction ends, so that events are numbered as committed.

        The first statement of a transaction, because its view of the ledger is fixed by the second.

        Raises
        ------
        LedgerError
            If this program held the ledger alone, lost it with a connection, and another holds it by now.
        """
        self._holding.still()
        connection.exec_driver_sql("LOCK TABLE events IN EXCLUSIVE MODE")

    def check(self, connection: sa.Connection) -> None:
        """Nothing to look through: the server keeps its own pages whole and its constraints true."""

    def copy(self, to: Path) -> None:
        """Write everything as of one moment into an SQLite file."""
        with self.explained(), self.engine.begin() as connection:
            write_copy(connection, to)

    def renumber(self, connection: sa.Connection) -> None:
        """Let numbers go on after those that were copied."""
        for column in (schema.events.c.seq, schema.requests.c.number):
            table = column.table.name
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column.name}'), max({column.name})) "  # noqa: S608
                f"FROM {table} HAVING max({column.name}) IS NOT NULL"
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the ledger against runs on other machines.

        Raises
        ------
        LedgerError
            If another run holds it.
        """
        with self.explained():
            self._holding.take()
        try:
            yield
        finally:
            self._holding.let_go()

    def explained(self) -> AbstractContextManager[None]:
        """Turn errors into sentences."""
        damage = (self._driver.errors.DataCorrupted, self._driver.errors.IndexCorrupted)
        return explained(self.name, self._driver.Error, lambda e: isinstance(e, damage), is_away)
