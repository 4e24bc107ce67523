"""The adversarial set: molecules chosen because something may go wrong without being noticed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from loop.molecule import MoleculeError, parse

TABLE = Path(__file__).parents[1] / "data" / "adversarial.csv"

EXPECTED = ("value", "refusal", "failure", "any")


@dataclass(frozen=True)
class Adversary:
    """One molecule.

    Attributes
    ----------
    smiles
        As somebody would write it; it need not parse.
    name, group
        What it is, and of which kind.
    why
        What may go wrong.
    orbitals, binding
        The right outcome of each oracle: ``value``; ``refusal``, before any work; ``failure``, of any kind;
        ``any``, where a value is right if the judge agrees.
    """

    smiles: str
    name: str
    group: str
    why: str
    orbitals: str
    binding: str

    @property
    def size(self) -> int:
        """Heavy atoms; 0 for what does not parse."""
        try:
            return parse(self.smiles).heavy_atoms
        except MoleculeError:
            return 0


def adversaries() -> list[Adversary]:
    """All of them, the cheapest first."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        found = [Adversary(**row) for row in csv.DictReader(file)]
    return sorted(found, key=lambda a: a.size)
