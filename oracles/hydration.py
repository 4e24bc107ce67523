"""Free energy of hydration by density-functional theory and SMD."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from rdkit import Chem

from loop.molecule import Molecule
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry import effort, transfer
from oracles.chemistry.theory import CHECKS, CONFORMERS, Continuum, Functional, Resources

BASIS = "6-31+g*"
COVERED = frozenset({"H", "C", "N", "O", "F", "Si", "P", "S", "Cl"})
"""Elements that SMD was fitted to and this basis set has diffuse functions for: not boron, not bromine."""

SULFONYL = "S(=O)=O"
"""What B3LYP and SMD find too soluble."""

UNCERTAINTY, UNCERTAINTY_SULFONYL = 0.04, 0.17
"""Standard uncertainty in eV against experiment, FreeSolv (10.1007/s10822-014-9747-x).

Over thirty small molecules the root mean square error is 0.72 kcal/mol (0.031 eV; mean +0.08, the largest
+2.3 for hydrazine); dimethyl sulfone and sulfolane are 2.5 and 4.7 kcal/mol too low. Without diffuse
functions (6-31G*) the error grew by half."""

RECIPE = 1
"""Raised whenever the way from a molecule to its geometry changes."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    importlib.import_module("oracles.chemistry.solvation")


class Hydration(BaseModel):
    """Free energy of going from gas (1 M) into water (1 M) at 298 K, B3LYP/6-31+G* and SMD.

    SMD: Marenich, Cramer & Truhlar, 10.1021/jp810292n. The lower, the better a molecule stays in water; its
    solubility also depends on its crystal, which is not seen here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["hydration"] = "hydration"
    max_cycle: int = Field(60, gt=0, le=10_000, description="Largest number of SCF cycles on each grid.")
    max_memory_mb: int = Field(4500, gt=200, description="Working memory of one calculation, in MB.")

    @property
    def exact(self) -> bool:
        """Too dear to ask about every molecule."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """One property, ``hydration``, in eV."""
        return (Property("hydration", "eV", "free energy of hydration, 1 M gas to 1 M in water"),)

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """Against experiment; sulfones get more."""
        return {"hydration": UNCERTAINTY}

    def functional(self) -> Functional:
        """What gives the energy in gas."""
        return Functional("b3lyp", BASIS, grids=(0,), energy_grid=1, conv_tol=1e-6)

    def continuum(self) -> Continuum:
        """What makes the difference."""
        return Continuum("SMD")

    def protocol(self) -> OracleProtocol:
        """Functional, solvent, geometry recipe and limits."""
        return OracleProtocol(
            oracle=self.kind,
            name="hydration-smd-b3lyp-631pgd",
            settings={
                "functional": self.functional().settings(),
                "water": asdict(self.continuum()),
                "geometry": f"lowest of {CONFORMERS} in gas, the same in water",
                "standard state": "1 M gas, 1 M solution, 298 K",
                "max_cycle": self.max_cycle,
                "recipe": RECIPE,
                "checks": CHECKS,
            },
            description="Free energy of hydration (1 M gas to 1 M solution) by SMD with B3LYP/6-31+G* at "
            "GFN2 geometries.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements without parameters, ions, and zwitterions, which do not exist in gas."""
        return transfer.refusal(molecule, COVERED, f"for which SMD or {BASIS} has no parameters")

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Of conformers, and of densities, which grow with the square of the size."""
        return effort.conformers(molecule) + 0.3 + 0.2 * molecule.heavy_atoms**2

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule.

        Raises
        ------
        InputError
            If an element is not covered, or the molecule is charged or a zwitterion.
        ConvergenceError
            If a geometry or a density does not converge.
        RejectedError
            If relaxation changes the molecule, or a check of the density or of the energy fails.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # PySCF, ASE and tblite load only when something is measured.
        from oracles.chemistry import solvation  # noqa: PLC0415

        resources = Resources(scratch, self.max_memory_mb)
        with resources.account.told():
            found = solvation.hydration(
                molecule, self.functional(), self.continuum(), self.max_cycle, resources
            )
        sulfonyl = molecule.rdkit().HasSubstructMatch(Chem.MolFromSmarts(SULFONYL))
        sd = UNCERTAINTY_SULFONYL if sulfonyl else UNCERTAINTY
        value = Value("hydration", found.energy, "eV", sd)
        return Measurement((value,), Cost(0.0, 0.0), found.details | resources.account.details())
