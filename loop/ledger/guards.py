"""What the databases themselves refuse: to change a fact, and to ask about a molecule nobody picked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

APPEND_ONLY = "the ledger is append-only"
NEEDS_CANDIDATE = "a request needs a pick or a screened candidate"
IS_NO_CANDIDATE = (
    "NOT EXISTS (SELECT 1 FROM picks WHERE smiles = NEW.smiles) "
    "AND NOT EXISTS (SELECT 1 FROM screened WHERE smiles = NEW.smiles)"
)


def guard(connection: sa.Connection, tables: Sequence[str]) -> None:
    """Put the triggers; does nothing where they are."""
    statements = _sqlite(tables) if connection.dialect.name == "sqlite" else _postgresql(tables)
    for statement in statements:
        connection.exec_driver_sql(statement)


def _sqlite(tables: Sequence[str]) -> Iterable[str]:
    for table in tables:
        for action in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
            )
    yield (
        "CREATE TRIGGER IF NOT EXISTS requests_are_about_candidates BEFORE INSERT ON requests "
        f"WHEN {IS_NO_CANDIDATE} BEGIN SELECT RAISE(ABORT, '{NEEDS_CANDIDATE}'); END"
    )


def _postgresql(tables: Sequence[str]) -> Iterable[str]:
    yield _refusal("refuse_change", "", APPEND_ONLY)
    for table in tables:
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    yield _refusal(
        "refuse_stray_request", f"IF NOT ({IS_NO_CANDIDATE}) THEN RETURN NEW; END IF;", NEEDS_CANDIDATE
    )
    yield (
        "CREATE OR REPLACE TRIGGER requests_are_about_candidates BEFORE INSERT ON requests "
        "FOR EACH ROW EXECUTE FUNCTION refuse_stray_request()"
    )


def _refusal(name: str, unless: str, why: str) -> str:
    """A function that raises what SQLite raises: the violation of a constraint."""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {unless} "
        f"RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
