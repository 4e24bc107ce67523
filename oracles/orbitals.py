"""HOMO and LUMO by density-functional theory."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loop.molecule import Molecule
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry.delicate import PATTERN, is_delicate
from oracles.chemistry.theory import (
    DIFFUSE,
    DIFFUSE_COVERED,
    Continuum,
    Functional,
    Resources,
    is_zwitterion,
    uncovered,
)

UNCERTAINTY_GFN2 = {"homo": 0.05, "lumo": 0.07}
"""Standard uncertainty in eV at a GFN2 geometry: root mean square shift to the geometry relaxed with
B3LYP/6-31G(d), over twelve molecules outside :data:`PATTERN`. Grid, density fitting, spherical functions
and surface order add less than 0.005 eV."""

UNCERTAINTY_DFT = 0.03
"""Standard uncertainty in eV at a B3LYP/6-31G(d) geometry."""

RECIPE = 1
"""Raised whenever the way from a molecule to its geometry changes."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    importlib.import_module("oracles.chemistry.frontier")


class Orbitals(BaseModel):
    """B3LYP/6-31++G** orbital energies at the lowest conformer, in water or in gas.

    The geometry is relaxed in the medium asked about: RDKit conformers, GFN2-xTB (with ALPB in water),
    and B3LYP/6-31G(d) forces for molecules with a single bond between two of N, O and S.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["orbitals"] = "orbitals"
    solvent: Literal["water", "gas"] = Field(
        "water", description="Implicit water (IEF-PCM, permittivity 78.3553) or gas."
    )
    max_cycle: int = Field(60, gt=0, description="Largest number of SCF cycles on each grid.")
    max_memory_mb: int = Field(3000, gt=200, description="Working memory of one calculation, in MB.")

    @property
    def exact(self) -> bool:
        """Too dear to ask about every molecule."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """``homo`` and ``lumo`` in eV."""
        where = f"in {self.solvent}"
        return (
            Property("homo", "eV", f"energy of the highest occupied orbital {where}"),
            Property("lumo", "eV", f"energy of the lowest empty orbital {where}"),
        )

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """At a GFN2 geometry; at one of DFT it is less."""
        return dict(UNCERTAINTY_GFN2)

    def functional(self) -> Functional:
        """What gives the orbital energies."""
        return Functional("b3lyp", DIFFUSE, grids=(0, 1), continuum=self._continuum())

    def forces(self) -> Functional:
        """What relaxes the molecules that GFN2 gets wrong."""
        return Functional("b3lyp", "6-31g(d)", grids=(1,), continuum=self._continuum())

    def _continuum(self) -> Continuum | None:
        return Continuum("IEF-PCM") if self.solvent == "water" else None

    def protocol(self) -> OracleProtocol:
        """Functional, geometry recipe and limits."""
        water = self.solvent == "water"
        return OracleProtocol(
            oracle=self.kind,
            name="b3lyp-631ppgdd-water" if water else "b3lyp-631ppgdd",
            settings={
                "functional": self.functional().settings(),
                "geometry": "lowest of ETKDG, MMFF94, GFN2-xTB" + ("/ALPB(water)" if water else ""),
                "delicate": PATTERN,
                "delicate geometry": self.forces().settings(),
                "max_cycle": self.max_cycle,
                "recipe": RECIPE,
            },
            description=f"B3LYP/6-31++G** orbital energies in {self.solvent} at a geometry relaxed there.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements without a basis set, and zwitterions in gas."""
        if self.solvent == "gas" and is_zwitterion(molecule):
            return f"{molecule} is a zwitterion, which does not exist in gas; use solvent 'water'"
        return uncovered(molecule, DIFFUSE_COVERED, f"which {DIFFUSE} does not cover")

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Grows with the square of the size; ten times that where forces are needed."""
        return (2.0 + 0.14 * molecule.heavy_atoms**2) * (10.0 if is_delicate(molecule) else 1.0)

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule.

        Raises
        ------
        InputError
            If an element is not covered, or a zwitterion is asked about in gas.
        ConvergenceError
            If a geometry or the density does not converge.
        RejectedError
            If relaxation changes the molecule, or the orbitals are not those of a bound closed shell.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # PySCF, ASE and tblite load only when something is measured.
        from oracles.chemistry import frontier  # noqa: PLC0415

        resources = Resources(scratch, self.max_memory_mb)
        found = frontier.orbitals(molecule, self.functional(), self.forces(), self.max_cycle, resources)
        sd = (
            {"homo": UNCERTAINTY_DFT, "lumo": UNCERTAINTY_DFT} if found.relaxed_with_dft else UNCERTAINTY_GFN2
        )
        values = (
            Value("homo", found.homo, "eV", sd["homo"]),
            Value("lumo", found.lumo, "eV", sd["lumo"]),
        )
        return Measurement(values, Cost(0.0, 0.0), found.details)
