"""Run a campaign whose ledger has little room: ``python -m tests.faults.full_driver FILE PAGES``.

SQLite answers a page too many exactly as it answers a full disk.
"""

from __future__ import annotations

import sqlite3
import sys
from typing import Any

import sqlalchemy as sa

from flows.cli import main


def leave_room(pages: int) -> None:
    """Let every database that SQLAlchemy opens grow to so many pages and no further."""

    @sa.event.listens_for(sa.Engine, "connect")
    def limited(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")


if __name__ == "__main__":
    leave_room(int(sys.argv.pop()))
    sys.argv.insert(1, "run")
    main()
