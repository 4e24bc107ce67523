"""A quick oracle from another distribution: RDKit surface descriptors, which are real and take no time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rdkit.Chem import Crippen, rdMolDescriptors

from loop.molecule import Molecule
from loop.protocols import ConvergenceError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value


class Surface(BaseModel):
    """Topological polar surface area and Crippen molar refractivity; may fail on one element."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["surface"] = "surface"
    stumbles_over: str = ""

    @property
    def exact(self) -> bool:
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        return (
            Property("tpsa", "angstrom^2", "topological polar surface area"),
            Property("refractivity", "cm^3/mol", "Crippen molar refractivity"),
        )

    def protocol(self) -> OracleProtocol:
        return OracleProtocol(
            self.kind,
            "rdkit-surface",
            {"recipe": 1, "stumbles_over": self.stumbles_over},
            "RDKit descriptors.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        return 0.1

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        mol = molecule.rdkit()
        if self.stumbles_over in {atom.GetSymbol() for atom in mol.GetAtoms()}:
            raise ConvergenceError(f"nothing converges with {self.stumbles_over}")
        values = (
            Value("tpsa", rdMolDescriptors.CalcTPSA(mol), "angstrom^2", 0.0),
            Value("refractivity", Crippen.MolMR(mol), "cm^3/mol", 0.0),  # type: ignore[attr-defined]
        )
        if "ZINCLOOP_TEST_TALLY" in os.environ:
            with Path(os.environ["ZINCLOOP_TEST_TALLY"]).open("a") as tally:
                tally.write(f"{scratch.name}\n")
        return Measurement(values, Cost(0.0, 0.0), {"xyz": None})
