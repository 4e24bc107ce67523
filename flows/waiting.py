"""Wait for people, in a process that holds nothing but a look at the ledger: ``python -m flows.waiting``.

A program that has fitted surrogates holds hundreds of megabytes. It turns into this one, which imports
nothing beyond the standard library (and, for a ledger on a server, the driver), and which turns into
``zincloop run`` again when there is news.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import NoReturn

from flows.store import pointed_at

LOOK_SECONDS = 2.0
FAR_LOOK_SECONDS = 5.0
"""Between two looks at a file, and at a server."""

NEWS = """
SELECT EXISTS (
  SELECT 1 FROM events
  WHERE seq > (SELECT coalesce(max(seq), 0) FROM events WHERE kind = 'session end') AND kind <> 'claim'
)
"""
"""Whether anything happened after the last session ended that a decision could depend on."""


class WaitingError(Exception):
    """The ledger cannot be looked at; the message says why."""


def sleep(directory: Path, until: float | None) -> NoReturn:
    """Become the process that waits.

    Parameters
    ----------
    directory
        Where the campaign lives.
    until
        When to wake even without news, seconds since 1970-01-01 UTC.
    """
    sys.stdout.flush()
    arguments = [sys.executable, "-m", "flows.waiting", str(directory), "" if until is None else str(until)]
    os.execv(sys.executable, arguments)  # noqa: S606 - our own interpreter and module, no shell


def wait(place: Path | str, until: float | None) -> None:
    """Return when the ledger has news or it is time.

    Raises
    ------
    WaitingError
        If the ledger cannot be read.
    """
    looking = _in_file(place) if isinstance(place, Path) else _on_server(place)
    with closing(looking):
        while until is None or time.time() < until:
            if next(looking):
                return
            time.sleep(LOOK_SECONDS if isinstance(place, Path) else FAR_LOOK_SECONDS)


def _in_file(path: Path) -> Generator[bool, None, None]:
    """Look for news again and again."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
        ) as connection:
            while True:
                yield bool(connection.execute(NEWS).fetchone()[0])
    except sqlite3.Error as error:
        raise WaitingError(str(error)) from error


def _on_server(url: str) -> Generator[bool, None, None]:
    """Look for news again and again, and while the server is away, for the server."""
    import psycopg  # noqa: PLC0415 - 20 MB that a file does without

    away = False
    while True:
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
                while True:
                    row = connection.execute(NEWS).fetchone()
                    away = False
                    yield bool(row and row[0])
        except psycopg.OperationalError as error:
            if not away:
                sys.stderr.write(f"the ledger is away and waited for: {' '.join(str(error).split())}\n")
                sys.stderr.flush()
            away = True
            yield False
        except psycopg.Error as error:
            raise WaitingError(" ".join(str(error).split())) from error


def main(directory: Path, until: float | None) -> NoReturn:
    """Wait, then run the campaign again."""
    try:
        wait(pointed_at(directory) or directory / "ledger.sqlite", until)
    except KeyboardInterrupt:
        sys.stdout.write(f"go on with: zincloop run {directory}\n")
        sys.exit(130)
    except WaitingError as error:
        sys.stderr.write(f"{directory}: the ledger cannot be read: {error}\n")
        sys.exit(2)
    os.execv(sys.executable, [sys.executable, "-m", "flows.cli", "run", str(directory)])  # noqa: S606 - as above


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if sys.argv[2] else None)
