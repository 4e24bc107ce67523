"""Wait for people, in a process that holds nothing but a look at the ledger: ``python -m flows.waiting``.

A program that has fitted surrogates holds hundreds of megabytes. It turns into this one, which imports
nothing beyond the standard library, and which turns into ``zincloop run`` again when there is news.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import NoReturn

LOOK_SECONDS = 2.0

NEWS = """
SELECT EXISTS (
  SELECT 1 FROM events
  WHERE seq > (SELECT coalesce(max(seq), 0) FROM events WHERE kind = 'session end') AND kind <> 'claim'
)
"""
"""Whether anything happened after the last session ended that a decision could depend on."""


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


def wait(ledger: Path, until: float | None) -> None:
    """Return when the ledger has news or it is time.

    Raises
    ------
    sqlite3.Error
        If the ledger cannot be read.
    """
    with closing(
        sqlite3.connect(f"{ledger.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    ) as connection:
        while until is None or time.time() < until:
            if connection.execute(NEWS).fetchone()[0]:
                return
            time.sleep(LOOK_SECONDS)


def main(directory: Path, until: float | None) -> NoReturn:
    """Wait, then run the campaign again."""
    try:
        wait(directory / "ledger.sqlite", until)
    except KeyboardInterrupt:
        sys.stdout.write(f"go on with: zincloop run {directory}\n")
        sys.exit(130)
    except sqlite3.Error as error:
        sys.stderr.write(f"{directory}: the ledger cannot be read: {error}\n")
        sys.exit(2)
    os.execv(sys.executable, [sys.executable, "-m", "flows.cli", "run", str(directory)])  # noqa: S606 - as above


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if sys.argv[2] else None)
