"""Ledgers of earlier schema versions, brought up to date in place and in one transaction."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from loop.ledger import schema

FROM_1 = (
    "DROP TRIGGER requests_no_update",
    "DROP TRIGGER requests_no_delete",
    # Only picks could be asked about; what is screened can be now.
    "CREATE TABLE requests_2 (key VARCHAR NOT NULL PRIMARY KEY, smiles VARCHAR NOT NULL, "
    "oracle VARCHAR NOT NULL, protocol VARCHAR NOT NULL REFERENCES protocols (digest))",
    "INSERT INTO requests_2 SELECT key, smiles, oracle, protocol FROM requests ORDER BY rowid",
    "DROP TABLE requests",
    "ALTER TABLE requests_2 RENAME TO requests",
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
            if version == 1:
                for statement in FROM_1:
                    connection.exec_driver_sql(statement)
            # What came with version 3 are tables only.
            if version < schema.SCHEMA_VERSION:
                schema.create(connection)
            connection.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()


def _by_hand(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
