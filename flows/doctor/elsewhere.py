"""What a campaign needs beside its directory: a server for its ledger, a cluster, a file that it shares."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from importlib.util import find_spec

import sqlalchemy as sa

from flows.assembly import Assembled
from flows.doctor.finding import Finding, ok, trouble
from flows.store import Store
from loop.ledger import LedgerError
from loop.ledger.postgresql import PostgreSQL
from loop.ledger.shared import SharedMeasurements

KNOCK_SECONDS = 5.0
"""How long a scheduler is knocked at."""

SUBMITTING = {"slurm": "sbatch", "pbs": "qsub"}

MAY_BEGIN = sa.text(
    "SELECT to_regnamespace(quote_ident(:schema)) IS NOT NULL "
    "OR has_database_privilege(current_database(), 'CREATE')"
)
MAY_WRITE = sa.text("SELECT to_regclass('events') IS NULL OR has_table_privilege('events', 'INSERT, UPDATE')")


def server(store: Store) -> Iterator[Finding]:
    """Whether a ledger on a server can be written there; nothing is made."""
    if not isinstance(store.place, str):
        return
    about = "ledger's server"
    try:
        database = PostgreSQL(store.place)
        with database.explained(), database.engine.connect() as connection:
            database.version(connection)
            begin = connection.scalar(MAY_BEGIN, {"schema": database.schema})
            write = connection.scalar(MAY_WRITE)
    except LedgerError as error:
        yield trouble(about, str(error), "see [ledger] url, ~/.pgpass or PGPASSWORD, and docs/postgresql.md")
        return
    database.engine.dispose()
    if not begin:
        advice = "GRANT CREATE ON DATABASE ... TO ..., see docs/postgresql.md"
        yield trouble(about, f"{database.name}: the user may make no schema", advice)
    elif not write:
        yield trouble(about, f"{database.name}: the user may only read it", "run it as the user who began it")
    else:
        yield ok(about, f"{database.name} can be written")


def cluster(assembled: Assembled) -> Iterator[Finding]:
    """Whether there is anything that takes calculations."""
    table = assembled.workers.cluster
    if table is None:
        return
    about = "cluster"
    if find_spec("distributed") is None:
        yield trouble(about, "Dask is not installed", "pip install 'zincloop[cluster]'")
    elif table.address is not None:
        host, _, port = table.address.partition("://")[2].rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), KNOCK_SECONDS).close()
        except (OSError, OverflowError) as error:
            advice = "start the scheduler, or correct [workers.cluster] address; see docs/cluster.md"
            yield trouble(about, f"{table.address} does not answer ({error})", advice)
        else:
            yield ok(about, f"something listens at {table.address}")
    elif (command := SUBMITTING.get(table.kind)) is not None and shutil.which(command) is None:
        yield trouble(about, f"there is no {command} here", "run zincloop where jobs can be submitted")
    else:
        yield ok(about, f"calculations run as jobs of {command}" if command else "Dask, on this machine")


def shared(assembled: Assembled) -> Iterator[Finding]:
    """Whether the file of measurements that campaigns share can be used; it is not made."""
    if (path := assembled.shared) is None:
        return
    about, advice = "sharing", "correct [sharing] file in the campaign file, or the file's owner and mode"
    try:
        if path.exists():
            SharedMeasurements(path).close()
        elif not os.access(path.parent, os.W_OK):
            yield trouble(about, f"{path} cannot be made", advice)
            return
    except LedgerError as error:
        yield trouble(about, str(error), advice)
    else:
        yield ok(about, f"{path} can be used")
