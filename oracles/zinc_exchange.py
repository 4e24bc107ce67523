"""How much zinc prefers a molecule to the water it displaces."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loop.molecule import Molecule
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry import donors
from oracles.chemistry.theory import Continuum, Functional, Resources

UNCERTAINTY = {"cpcm": 0.08, "alpb-correction": 0.25}
"""Standard uncertainty in eV of the number as this protocol defines it.

GFN2 finds minima within 0.02 eV of each other that differ in how the waters turn; over these C-PCM
energies spread by 0.03 eV (standard deviation, hexaaqua ion and urea complex), in complex and aqua ion
alike, and another search for them moved ammonia, urea and acetonitrile by 0.08 eV against water. The GFN2
solvation correction does not follow the density: the same minima spread by 0.1 eV, and it differs from
C-PCM by 0.2 eV for ligands with few protons."""

RECIPE = 1
"""Raised whenever the way from a molecule to its complex changes."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    importlib.import_module("oracles.chemistry.exchange")


class ZincExchange(BaseModel):
    """Energy of [Zn(H2O)6]2+ + L -> [Zn(H2O)5L]2+ + H2O in water; negative: zinc prefers the molecule.

    The ligand binds through one atom (denticity 1): chelates release several waters and need a reaction
    of their own. The bare reaction Zn2+ + L is no substitute; it measures charge transfer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["zinc_exchange"] = "zinc_exchange"
    solvation: Literal["cpcm", "alpb-correction"] = Field(
        "cpcm",
        description="'cpcm': C-PCM in the density. 'alpb-correction': density in gas plus the solvation "
        "energy of GFN2/ALPB; a little cheaper, and blind to the strength of donors like DMSO.",
    )
    max_cycle: int = Field(60, gt=0, description="Largest number of SCF cycles on each grid.")
    max_memory_mb: int = Field(3000, gt=200, description="Working memory of one calculation, in MB.")

    @property
    def exact(self) -> bool:
        """Too dear to ask about every molecule."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """One property, ``zn_exchange``, in eV."""
        return (Property("zn_exchange", "eV", "energy of displacing one water of [Zn(H2O)6]2+, in water"),)

    def functional(self) -> Functional:
        """What gives the energies of complex and ligand."""
        return Functional(
            "b3lyp",
            "def2-svp",
            grids=(0,),
            energy_grid=2,
            conv_tol=1e-5,
            dispersion="d3bj",
            continuum=Continuum("C-PCM") if self.solvation == "cpcm" else None,
        )

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """What another search for the complexes would find."""
        return {"zn_exchange": UNCERTAINTY[self.solvation]}

    def protocol(self) -> OracleProtocol:
        """Functional, solvation, complex recipe and limits."""
        short = "cpcm" if self.solvation == "cpcm" else "alpb"
        return OracleProtocol(
            oracle=self.kind,
            name=f"zn-exchange-b3lyp-svp-{short}",
            settings={
                "functional": self.functional().settings(),
                "solvation": self.solvation,
                "geometry": "lowest intact monodentate complex, GFN2-xTB/ALPB(water)",
                "denticity": 1,
                "max_cycle": self.max_cycle,
                "recipe": RECIPE,
            },
            description="B3LYP-D3(BJ)/def2-SVP energy of displacing one water of the hexaaqua zinc ion, "
            f"implicit water by {self.solvation}, at GFN2/ALPB geometries.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements outside the protocol, ions, and molecules without a donor atom."""
        return donors.refusal(molecule)

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Grows with the size of the complex."""
        return 15.0 + 3.0 * molecule.heavy_atoms + 0.1 * molecule.heavy_atoms**2

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule; reference energies are kept in ``scratch.parent / "references"``.

        Raises
        ------
        InputError
            If an element is not covered, the molecule is charged, or it has no donor atom.
        ConvergenceError
            If a geometry or a density does not converge.
        RejectedError
            If no intact complex is found, or a check of the density or of the energy fails.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # PySCF, ASE and tblite load only when something is measured.
        from oracles.chemistry import exchange  # noqa: PLC0415

        level = exchange.Level(self.functional(), self.solvation == "alpb-correction", self.max_cycle)
        kept, resources = scratch.parent / "references", Resources(scratch, self.max_memory_mb)
        found = exchange.exchange(molecule, level, self.protocol().digest, kept, resources)
        value = Value("zn_exchange", found.energy, "eV", UNCERTAINTY[self.solvation])
        return Measurement((value,), Cost(0.0, 0.0), found.details)
