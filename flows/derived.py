"""What is made from the ledger for people and other programs, and can be made again at any time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from flows.opening import Opened
from flows.report import write_report
from flows.structures import renew


def renew_derived(opened: Opened) -> tuple[list[Path], str | None]:
    """Write the report and bring the database of structures up to date.

    Returns
    -------
    tuple
        The files that are there now, and why there is no database, if it could not be written: it is no
        reason for a run to end with an error.
    """
    report, structures = write_report(opened), opened.store.structures
    try:
        there = renew(opened.ledger.state(), structures)
    except (OSError, sqlite3.Error) as error:
        return [report], f"{structures} cannot be written: {error}"
    return [report, structures] if there else [report], None
