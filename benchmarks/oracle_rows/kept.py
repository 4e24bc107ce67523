"""Answers kept as lines of JSON, so that a benchmark goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import json_lines


@dataclass(frozen=True)
class Kept:
    """Rows of one file that belong together.

    Attributes
    ----------
    path
        The file; it may hold rows of other protocols, which are never read as this one's.
    under
        Digest of everything that makes rows comparable.
    """

    path: Path
    under: str

    def rows(self) -> dict[str, dict[str, Any]]:
        """Name -> row; a line that was cut off by a kill is left out."""
        rows = json_lines.read(self.path)
        return {row["name"]: row["row"] for row in rows if row["under"] == self.under}

    def once(self, name: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The row of a name, computed only if it is not there.

        A row that says why there is none (``error`` or ``missing``) is not kept: a longer deadline may help.
        """
        if (found := self.rows().get(name)) is not None:
            return found
        row = compute()
        if not {"error", "missing"} & row.keys():
            self.add(name, row)
        return row

    def add(self, name: str, row: dict[str, Any]) -> None:
        """Keep a row; one of the same name before counts no more."""
        json_lines.append(self.path, {"under": self.under, "name": name, "row": row})
