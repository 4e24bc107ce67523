"""Measurements that several campaigns share, and who of them calculates what.

The same question has the same key in every campaign (:class:`~loop.records.Request`), so its answer can be
calculated once. Whoever calculates holds a lease; one that is not renewed runs out, and what its holder
brings after another has taken the question over is not taken.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from loop.ledger.errors import LedgerError
from loop.ledger.sqlite import engine
from loop.records import Cost, Measurement, Request, Value

SCHEMA_VERSION = 1
APPLICATION = 0x7A6C7368
"""SQLite's mark of such a file, so that a campaign's ledger is not taken for one."""

metadata = sa.MetaData()

measurements = sa.Table(
    "measurements",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("smiles", sa.String, nullable=False),
    sa.Column("oracle", sa.String, nullable=False),
    sa.Column("protocol", sa.String, nullable=False),
    sa.Column("values", sa.JSON, nullable=False),
    sa.Column("cpu_seconds", sa.Float, nullable=False),
    sa.Column("wall_seconds", sa.Float, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("campaign", sa.String, nullable=False),
    sa.Column("at", sa.Float, nullable=False, comment="seconds since 1970-01-01 UTC"),
)
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("epoch", sa.Integer, nullable=False, comment="how often the question was taken on"),
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("until", sa.Float, nullable=False, comment="seconds since 1970-01-01 UTC"),
)


@dataclass(frozen=True)
class Lease:
    """The right to answer a question, until it runs out or is taken over (then the epoch is another's)."""

    key: str
    epoch: int


@dataclass(frozen=True)
class Shared:
    """A measurement that some campaign made.

    Attributes
    ----------
    campaign
        Which one.
    at
        When, seconds since 1970-01-01 UTC.
    """

    measurement: Measurement
    campaign: str
    at: float


class SharedMeasurements:
    """A file of measurements, used by several programs of one machine at the same time.

    Parameters
    ----------
    path
        The SQLite file, on a local disk; created when absent.

    Raises
    ------
    LedgerError
        If the file cannot be used or is something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = engine(path)
        with self._transaction() as connection:
            _prepare(connection, path)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def claim(self, request: Request, owner: str, seconds: float) -> Shared | Lease | None:
        """Ask for a measurement, or for the right to make it; ``None`` while another makes it.

        Parameters
        ----------
        owner
            Who asks; it gets its own lease again.
        seconds
            How long the lease lasts without being renewed. One that lasts more than twice as long was taken
            before the clock was set back, and counts as run out.
        """
        with self._transaction() as connection:
            now = time.time()  # not before: it may have waited here while another took a lease
            known = connection.execute(sa.select(measurements).filter_by(key=request.key)).first()
            if known is not None:
                return Shared(_measurement(known), known.campaign, known.at)
            held = connection.execute(sa.select(leases).filter_by(key=request.key)).first()
            if held is not None and held.owner != owner and now < held.until <= now + 2 * seconds:
                return None
            epoch = 1 if held is None else held.epoch + (held.owner != owner)
            row = {"key": request.key, "epoch": epoch, "owner": owner, "until": now + seconds}
            connection.execute(
                sa.insert(leases).values(**row)
                if held is None
                else sa.update(leases).where(leases.c.key == request.key).values(**row)
            )
            return Lease(request.key, epoch)

    def renew(self, lease: Lease, seconds: float) -> bool:
        """Hold a lease for longer; returns whether it is still held."""
        with self._transaction() as connection:
            mine = (leases.c.key == lease.key) & (leases.c.epoch == lease.epoch)
            renewed = connection.execute(sa.update(leases).where(mine).values(until=time.time() + seconds))
            return bool(renewed.rowcount)

    def release(self, lease: Lease) -> None:
        """Let others make the measurement."""
        with self._transaction() as connection:
            mine = (leases.c.key == lease.key) & (leases.c.epoch == lease.epoch)
            connection.execute(sa.update(leases).where(mine).values(until=0.0))

    def deliver(self, lease: Lease, request: Request, found: Measurement, campaign: str) -> bool:
        """Give a measurement to all; returns whether it was taken, which an overtaken lease's is not."""
        with self._transaction() as connection:
            epoch = connection.scalar(sa.select(leases.c.epoch).filter_by(key=request.key))
            known = connection.scalar(sa.select(measurements.c.key).filter_by(key=request.key))
            if epoch != lease.epoch or known is not None:
                return False
            connection.execute(sa.insert(measurements).values(**_row(request, found, campaign)))
            connection.execute(sa.delete(leases).where(leases.c.key == request.key))
            return True

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DatabaseError as error:
            raise LedgerError(f"{self.path} cannot be used: {error.orig}") from error


def _prepare(connection: sa.Connection, path: Path) -> None:
    mark = int(connection.scalar(sa.text("PRAGMA application_id")) or 0)
    version = int(connection.scalar(sa.text("PRAGMA user_version")) or 0)
    empty = connection.scalar(sa.text("SELECT count(*) FROM sqlite_master")) == 0
    if not empty and mark != APPLICATION:
        raise LedgerError(f"{path} is no file of shared measurements; give it a name of its own")
    if version > SCHEMA_VERSION:
        raise LedgerError(f"{path} was written by a later version of zincloop")
    metadata.create_all(connection)
    connection.execute(sa.text(f"PRAGMA application_id = {APPLICATION}"))
    connection.execute(sa.text(f"PRAGMA user_version = {SCHEMA_VERSION}"))


def _row(request: Request, found: Measurement, campaign: str) -> dict[str, Any]:
    return {
        "key": request.key,
        "smiles": request.molecule.smiles,
        "oracle": request.oracle,
        "protocol": request.protocol,
        "values": [asdict(value) for value in found.values],
        "cpu_seconds": found.cost.cpu_seconds,
        "wall_seconds": found.cost.wall_seconds,
        "details": dict(found.details),
        "campaign": campaign,
        "at": time.time(),
    }


def _measurement(row: Any) -> Measurement:  # noqa: ANN401 - a row has the columns of its table
    values = tuple(Value(**value) for value in row.values)
    return Measurement(values, Cost(row.cpu_seconds, row.wall_seconds), row.details)
