"""Where on a PostgreSQL server a ledger is: a URL that every client of PostgreSQL understands.

The schema is the first of the search path, which is an option of the connection. So ``psql`` opens the same
tables with the same URL.
"""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from loop.ledger.errors import LedgerError

LIKE = "postgresql://user@host:5432/database"
LONGEST = 63
"""Characters of a name, above which PostgreSQL cuts it short."""

SEARCH_PATH = re.compile(r'-csearch_path="([A-Za-z0-9_-]+)"')
SECRETS = ("password", "sslpassword")


def checked(url: str) -> sa.URL:
    """Read the URL of a database on a server.

    Raises
    ------
    LedgerError
        If it is none, names no database, or holds a password. The message never repeats it.
    """
    try:
        found = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerError(f"the URL of a ledger's server must be like {LIKE}") from None
    if found.password or any(secret in found.query for secret in SECRETS):
        raise LedgerError(
            "a password does not belong into the URL of a server: leave it out, and put it into ~/.pgpass or "
            "the environment variable PGPASSWORD"
        )
    if found.drivername != "postgresql" or not found.database:
        raise LedgerError(f"the URL of a ledger's server must be like {LIKE}")
    # Anew, because an empty password would be shown as one that is hidden.
    return sa.URL.create(
        found.drivername, found.username, None, found.host, found.port, found.database, found.query
    )


def address(url: str, schema: str) -> str:
    """URL of the ledger in a schema of a server's database.

    Raises
    ------
    LedgerError
        If it is no such URL, or the name is too long for a schema.
    """
    server = checked(url)
    if len(schema) > LONGEST:
        raise LedgerError(
            f"'{schema}' is too long a name on a server, where it has at most {LONGEST} characters"
        )
    given = server.query.get("options", "")
    options = f'{given if isinstance(given, str) else " ".join(given)} -csearch_path="{schema}"'.strip()
    return _rendered(server.update_query_dict({"options": options}))


def schema_in(url: str) -> str:
    """Name of the schema that a ledger's URL names."""
    options = checked(url).query.get("options", "")
    found = SEARCH_PATH.search(options if isinstance(options, str) else " ".join(options))
    if found is None:
        raise LedgerError(f"{shown(url)} names no schema; the URL of a ledger ends with its search path")
    return found[1]


def shown(url: str) -> str:
    """The server and database of a URL, as a person is told."""
    return _rendered(checked(url).difference_update_query(["options"]))


def told(place: Path | str) -> str:
    """What a ledger is called in messages."""
    return str(place) if isinstance(place, Path) else f"the ledger {schema_in(place)} on {shown(place)}"


def _rendered(url: sa.URL) -> str:
    return url.render_as_string(hide_password=True)
