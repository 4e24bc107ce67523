"""A cheaper estimate of the polar surface: so much for each heteroatom, so much for each of its hydrogens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from loop.molecule import Molecule
from loop.protocols import ConvergenceError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value

EACH = 9.0
HYDROGEN = 13.0


class Polar(BaseModel):
    """May fail on one element, as a real oracle may."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["polar"] = "polar"
    stumbles_over: str = ""

    @property
    def exact(self) -> bool:
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        return (Property("tpsa_rough", "angstrom^2", "polar surface from counts"),)

    def protocol(self) -> OracleProtocol:
        return OracleProtocol(
            self.kind, "polar-counts", {"recipe": 1, "stumbles_over": self.stumbles_over}, "Counts."
        )

    def refusal(self, molecule: Molecule) -> str | None:
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        return 0.01

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        atoms = [atom for atom in molecule.rdkit().GetAtoms() if atom.GetSymbol() in {"N", "O"}]
        if self.stumbles_over in {atom.GetSymbol() for atom in molecule.rdkit().GetAtoms()}:
            raise ConvergenceError(f"nothing converges with {self.stumbles_over}")
        if "ZINCLOOP_TEST_TALLY" in os.environ:
            with Path(os.environ["ZINCLOOP_TEST_TALLY"]).open("a") as tally:
                tally.write(f"{scratch.name}\n")
        rough = sum(EACH + HYDROGEN * atom.GetTotalNumHs() for atom in atoms)
        return Measurement((Value("tpsa_rough", rough, "angstrom^2", 0.0),), Cost(0.0, 0.0))
