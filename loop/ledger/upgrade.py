"""Ledgers of earlier schema versions, brought up to date in place and in one transaction."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from loop.ledger import schema

REQUESTS = (
    "DROP TRIGGER requests_no_update",
    "DROP TRIGGER requests_no_delete",
    "DROP TRIGGER IF EXISTS requests_are_about_candidates",
    # At first only picks could be asked about; until version 4 the order was that of the file.
    "CREATE TABLE requests_4 (number INTEGER NOT NULL PRIMARY KEY, key VARCHAR NOT NULL UNIQUE, "
    "smiles VARCHAR NOT NULL, oracle VARCHAR NOT NULL, "
    "protocol VARCHAR NOT NULL REFERENCES protocols (digest))",
    "INSERT INTO requests_4 (key, smiles, oracle, protocol) SELECT key, smiles, oracle, protocol "
    "FROM requests ORDER BY rowid",
    "DROP TABLE requests",
    "ALTER TABLE requests_4 RENAME TO requests",
)


def upgrade(path: Path, busy_seconds: float) -> None:
    """Bring an older ledger to the present version; a program that has it open goes on undisturbed.

    A connection of its own, because foreign keys have to rest while a table is replaced that others point to.
    """
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": busy_seconds})
    sa.event.listen(engine, "connect", _by_hand)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            # Another program may have been quicker.
            version = int(connection.scalar(sa.text("PRAGMA user_version")) or 0)
            # All else that came since is tables, which are made where they are missing.
            if version < 4:
                for statement in REQUESTS:
                    connection.exec_driver_sql(statement)
            if version < schema.SCHEMA_VERSION:
                schema.create(connection)
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()


def _by_hand(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
