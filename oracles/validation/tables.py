"""Numbers of our own of another day, as they are checked in."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from oracles.validation.calculation import computed


@dataclass(frozen=True)
class Table:
    """A table with what it came from.

    Attributes
    ----------
    rows
        Header -> cell, as text.
    about
        ``protocols`` (oracle -> digest), ``versions``, ``date`` and whatever else was noted.
    """

    name: str
    rows: tuple[dict[str, str], ...]
    about: dict[str, Any]

    @property
    def source(self) -> str:
        """In a few words."""
        return f"own, {self.about['date']}"

    def stale(self, oracle: str) -> str:
        """Why nothing can be held against this table; empty if it is of the oracle's protocol of today."""
        was, now = self.about["protocols"].get(oracle, "none"), computed(oracle).protocol().digest
        if was == now:
            return ""
        return f"{self.name} is of protocol {was}, and {oracle} follows {now} now; {self.about['again']}"


def read(name: str) -> Table | None:
    """Read ``data/{name}.csv`` and ``data/{name}.json``; ``None`` if there is no such table."""
    data = files("oracles").joinpath("data")
    if not data.joinpath(f"{name}.csv").is_file():
        return None
    rows = csv.DictReader(data.joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines())
    about = json.loads(data.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return Table(f"{name}.csv", tuple(rows), about)
