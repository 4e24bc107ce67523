"""What a row is given, and where it runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.durable.machine import ROOT, machine
from benchmarks.oracle_rows.kept import Kept
from benchmarks.rows import processor
from flows.versions import versions
from loop.records import digest

PROGRAMS = ("pyscf", "tblite", "rdkit", "ase")


@dataclass(frozen=True)
class Options:
    """What the command line sets.

    Attributes
    ----------
    directory
        Where answers are kept.
    molecules
        How many; ``None`` for what the row does by default.
    qm9
        Data directory of the ``qm9pack`` package.
    each
        Whether ``speed`` takes each acceleration away in turn.
    only
        Kind of the one oracle that ``adversarial``, ``repeats`` or ``coverage`` asks; ``None`` for all.
    seed
        Of every random draw.
    deadline
        Elapsed seconds of one calculation.
    """

    directory: Path = ROOT / "build" / "oracles"
    molecules: int | None = None
    qm9: Path | None = None
    each: bool = False
    only: str | None = None
    seed: int = 0
    deadline: float = 3600.0

    def kept(self, row: str, protocol: Mapping[str, Any]) -> Kept:
        """Answers that a row has had under this protocol, with these programs."""
        known = versions()
        under = digest({"protocol": dict(protocol), "versions": {p: known[p] for p in PROGRAMS}})
        return Kept(self.directory / f"{row}.jsonl", under)

    @property
    def answers(self) -> Path:
        """Where the calculations of all rows are, those of ``benchmarks.known_additives`` among them."""
        return self.directory.with_name("known_additives")


def where() -> str:
    """Machine, load and versions, in one line."""
    known = versions()
    programs = ", ".join(f"{name} {known[name]}" for name in PROGRAMS)
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    return f"{processor()}, {machine()}, {threads} thread(s); {programs}"
