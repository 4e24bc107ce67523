"""The tables of the ledger in any database. Rows are only ever inserted; triggers refuse anything else."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from loop.ledger.guards import guard
from loop.ledger.later import Later

SCHEMA_VERSION = 4

VERSION_MARK = {
    "sqlite": f"PRAGMA user_version = {SCHEMA_VERSION}",
    "postgresql": f"COMMENT ON TABLE events IS 'zincloop ledger, version {SCHEMA_VERSION}'",
}
"""Where each database keeps the version."""


class Json(sa.types.TypeDecorator[Any]):
    """JSON as text, so that every database keeps what Python means: PostgreSQL's own type refuses NaN."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str:  # noqa: ANN401, ARG002
        """From Python."""
        return json.dumps(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ANN401, ARG002
        """To Python."""
        return json.loads(value)


class LaterJson(Json):
    """A JSON object that is read when somebody looks at it."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str:  # noqa: ANN401
        """From Python; what came from a ledger as it is."""
        return value.text if isinstance(value, Later) else super().process_bind_param(value, dialect)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Later[Any]:  # noqa: ANN401, ARG002
        """To Python."""
        return Later(value, _as_it_is)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    return value


metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Float, nullable=False, comment="seconds since 1970-01-01 UTC"),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("data", LaterJson, nullable=False),
    sa.UniqueConstraint("kind", "subject"),
)
protocols = sa.Table(
    "protocols",
    metadata,
    sa.Column("digest", sa.String, primary_key=True),
    sa.Column("oracle", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("settings", Json, nullable=False),
    sa.Column("description", sa.String, nullable=False),
)
rounds = sa.Table(
    "rounds",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("event", sa.ForeignKey("events.seq"), nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("notes", Json, nullable=False),
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
    sa.Column("predictions", LaterJson, nullable=False),
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
    sa.Column("details", LaterJson, nullable=False),
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
    sa.Column("details", LaterJson, nullable=False),
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
# The order in which they are copied: the guard wants candidates first.
requests.add_is_dependent_on(picks)
requests.add_is_dependent_on(screened)
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
    guard(connection, [table.name for table in metadata.sorted_tables])
    connection.exec_driver_sql(VERSION_MARK[connection.dialect.name])
