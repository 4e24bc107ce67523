"""The tables of the ledger. Rows are only ever inserted; triggers refuse anything else."""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA_VERSION = 4

metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Float, nullable=False, comment="seconds since 1970-01-01 UTC"),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.UniqueConstraint("kind", "subject"),
)
protocols = sa.Table(
    "protocols",
    metadata,
    sa.Column("digest", sa.String, primary_key=True),
    sa.Column("oracle", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("description", sa.String, nullable=False),
)
rounds = sa.Table(
    "rounds",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("event", sa.ForeignKey("events.seq"), nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("notes", sa.JSON, nullable=False),
)
picks = sa.Table(
    "picks",
    metadata,
    sa.Column("smiles", sa.String, primary_key=True),
    sa.Column("round", sa.ForeignKey("rounds.number"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("origin", sa.String, nullable=False),
    sa.Column("parent", sa.String),
    sa.Column("name", sa.String),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("value", sa.Float),
    sa.Column("predictions", sa.JSON, nullable=False),
    sa.UniqueConstraint("round", "position"),
)
screened = sa.Table(
    "screened",
    metadata,
    sa.Column("smiles", sa.String, primary_key=True),
    sa.Column("event", sa.ForeignKey("events.seq"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("origin", sa.String, nullable=False),
    sa.Column("parent", sa.String),
    sa.Column("name", sa.String),
    sa.UniqueConstraint("event", "position"),
    comment="candidates that cheaper oracles look at before a round, whose number is the event's subject",
)
requests = sa.Table(
    "requests",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True, comment="in the order asked"),
    sa.Column("key", sa.String, nullable=False, unique=True),
    sa.Column("smiles", sa.String, nullable=False, comment="of a pick or a screened candidate"),
    sa.Column("oracle", sa.String, nullable=False),
    sa.Column("protocol", sa.ForeignKey("protocols.digest"), nullable=False),
)
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("request", sa.ForeignKey("requests.key"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("event", sa.ForeignKey("events.seq"), nullable=False),
)
answers = sa.Table(
    "answers",
    metadata,
    sa.Column("request", sa.ForeignKey("requests.key"), primary_key=True),
    sa.Column("event", sa.ForeignKey("events.seq"), nullable=False),
    sa.Column("failure", sa.String, comment="kind of failure, null for a measurement"),
    sa.Column("reason", sa.String),
    sa.Column("cpu_seconds", sa.Float, nullable=False),
    sa.Column("wall_seconds", sa.Float, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.CheckConstraint("(failure IS NULL) = (reason IS NULL)"),
)
setbacks = sa.Table(
    "setbacks",
    metadata,
    sa.Column("request", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, comment="of the attempt that failed"),
    sa.Column("event", sa.ForeignKey("events.seq"), nullable=False),
    sa.Column("failure", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("cpu_seconds", sa.Float, nullable=False),
    sa.Column("wall_seconds", sa.Float, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.ForeignKeyConstraint(["request", "number"], ["attempts.request", "attempts.number"]),
    comment="failures after which a request is tried again",
)
measurements = sa.Table(
    "measurements",
    metadata,
    sa.Column("request", sa.ForeignKey("answers.request"), primary_key=True),
    sa.Column("property", sa.String, primary_key=True),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("unit", sa.String, nullable=False),
    sa.Column("uncertainty", sa.Float, nullable=False),
    sa.CheckConstraint("uncertainty >= 0"),
)
readings = sa.Table(
    "readings",
    metadata,
    sa.Column("event", sa.ForeignKey("events.seq"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("smiles", sa.String, nullable=False, comment="of a pick, as a rule"),
    sa.Column("property", sa.String, nullable=False),
    sa.Column("replicate", sa.String, nullable=False),
    sa.Column("value", sa.Float),
    sa.Column("unit", sa.String, nullable=False),
    sa.Column("uncertainty", sa.Float),
    sa.Column("valid", sa.Boolean, nullable=False),
    sa.Column("correction", sa.Boolean, nullable=False),
    sa.Column("method", sa.String, nullable=False),
    sa.Column("operator", sa.String, nullable=False),
    sa.Column("date", sa.String, nullable=False),
    sa.Column("notes", sa.String, nullable=False),
    sa.CheckConstraint("value IS NOT NULL OR NOT valid"),
    sa.CheckConstraint("uncertainty IS NULL OR uncertainty > 0"),
    comment="what people reported; the last of a molecule, property and replicate counts",
)


def create(connection: sa.Connection) -> None:
    """Create tables and guards; does nothing where they exist."""
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        for action in ("UPDATE", "DELETE"):
            connection.execute(
                sa.text(
                    f"CREATE TRIGGER IF NOT EXISTS {table.name}_no_{action.lower()} "
                    f"BEFORE {action} ON {table.name} "
                    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
                )
            )
    connection.execute(
        sa.text(
            "CREATE TRIGGER IF NOT EXISTS requests_are_about_candidates BEFORE INSERT ON requests "
            "WHEN NOT EXISTS (SELECT 1 FROM picks WHERE smiles = NEW.smiles) "
            "AND NOT EXISTS (SELECT 1 FROM screened WHERE smiles = NEW.smiles) "
            "BEGIN SELECT RAISE(ABORT, 'a request needs a pick or a screened candidate'); END"
        )
    )
    connection.execute(sa.text(f"PRAGMA user_version = {SCHEMA_VERSION}"))
