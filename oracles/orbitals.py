"""HOMO and LUMO by density-functional theory."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from loop.molecule import Molecule, is_zwitterion
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry import effort
from oracles.chemistry.own import Own, shipped_names
from oracles.chemistry.theory import (
    CHECKS,
    COARSE_SURFACE,
    CONFORMERS,
    DIFFUSE,
    DIFFUSE_COVERED,
    LEAN,
    POLARISED,
    Continuum,
    Functional,
    Resources,
    uncovered,
)

UNCERTAINTY_GFN2 = {"homo": 0.12, "lumo": 0.13, "gap": 0.13, "dipole": 1.6}
"""Standard uncertainty in eV (debye) at a GFN2 geometry: root mean square difference from the lowest
conformer relaxed with B3LYP/6-31G(d), over 157 small molecules of all functional groups at the same conformer
(``benchmarks/data/functional_groups.csv``) and 70 known additives at GFN2's own (0.11, 0.06, 0.10, 1.6).
HOMOs of amines come out up to 0.2 eV too high, LUMOs of acids, chloroalkanes, nitrates and cumulenes 0.2 to
0.5 eV; where GFN2 has another conformer as the lowest, the HOMO is up to 1 eV off (hydrazine) and the dipole
several debye. The force of the functional at GFN2's geometry does not tell which."""

UNCERTAINTY_DFT = {"homo": 0.03, "lumo": 0.03, "gap": 0.04, "dipole": 0.05}
"""The same at a B3LYP/6-31G(d) geometry. Grid, density fitting and surface order add less than 0.005 eV."""

RECIPE = 5
"""Raised whenever the way from a molecule to its geometry changes."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    importlib.import_module("oracles.chemistry.frontier")


class Orbitals(BaseModel):
    """B3LYP/6-31++G** orbital energies at the lowest conformer, in water or in gas.

    The geometry is relaxed in the medium asked about, or in gas if ``geometry`` says so: RDKit conformers,
    GFN2-xTB (with ALPB in water), and then the lowest by B3LYP/6-31G(d) with its forces. The conformers that
    a molecule has beside it at 298 K add to the uncertainty of its values. Bromine's functions are those of
    def2-SVPD.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["orbitals"] = "orbitals"
    solvent: Literal["water", "gas"] = Field(
        "water", description="Implicit water (IEF-PCM, permittivity 78.3553) or gas."
    )
    fidelity: Literal["quick", "default", "reference"] = Field(
        "default",
        description="'quick': at GFN2's geometry, a fifth of the cost; 'reference': exact integrals on a "
        "fine grid and surface, twice the cost.",
    )
    geometry: Literal["solvent", "gas"] = Field(
        "solvent",
        description="Where a molecule is at rest: in the solvent asked about, or in gas, as in much of the "
        "literature.",
    )
    own: Own | None = Field(None, description="How a protocol of your own differs from the one named above.")
    max_cycle: int = Field(60, gt=0, le=10_000, description="Largest number of SCF cycles on each grid.")
    max_memory_mb: int = Field(4500, gt=200, description="Working memory of one calculation, in MB.")

    @property
    def exact(self) -> bool:
        """Too dear to ask about every molecule."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """``homo``, ``lumo`` and ``gap`` in eV, ``dipole`` in debye."""
        where = f"in {self.solvent}"
        return (
            Property("homo", "eV", f"energy of the highest occupied orbital {where}"),
            Property("lumo", "eV", f"energy of the lowest empty orbital {where}"),
            Property("gap", "eV", f"LUMO minus HOMO {where}"),
            Property("dipole", "debye", f"dipole moment {where}"),
        )

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """Those of the geometry."""
        found = dict(UNCERTAINTY_DFT if self.relaxed else UNCERTAINTY_GFN2)
        return found if self.own is None else self.own.uncertainties(found)

    @property
    def relaxed(self) -> bool:
        """Whether the geometry is relaxed by DFT."""
        return self.fidelity != "quick"

    def functional(self) -> Functional:
        """What gives the orbital energies."""
        return self._named() if self.own is None else self.own.applied(self._named())

    def _named(self) -> Functional:
        if self.fidelity == "reference":
            return Functional(
                "b3lyp",
                DIFFUSE,
                grids=(3,),
                conv_tol=1e-9,
                continuum=self._continuum(29),
                density_fitting=False,
                functions="cartesian",
            )
        return Functional(
            "b3lyp",
            DIFFUSE,
            grids=(0, LEAN),
            conv_tol=1e-6,
            continuum=self._continuum(17),
            auxiliary="def2-universal-jkfit",
            functions="cartesian",
        )

    def forces(self) -> Functional:
        """What relaxes the geometry, for the elements of the user's basis set, too."""
        basis = POLARISED if self.own is None or self.own.basis is None else "def2-svp"
        continuum = self._continuum(COARSE_SURFACE) if self._rests_in_water else None
        return Functional("b3lyp", basis, grids=(LEAN,), continuum=continuum)

    @property
    def _rests_in_water(self) -> bool:
        return self.solvent == "water" and self.geometry == "solvent"

    def _continuum(self, lebedev_order: int) -> Continuum | None:
        return Continuum("IEF-PCM", lebedev_order) if self.solvent == "water" else None

    def protocol(self) -> OracleProtocol:
        """Functional, geometry recipe and limits."""
        water, functional = self.solvent == "water", self.functional()
        name = ("b3lyp-631ppgdd-water" if water else "b3lyp-631ppgdd") + (
            "" if self.fidelity == "default" else f"-{self.fidelity}"
        )
        elsewhere = water and not self._rests_in_water
        name += "-gas-geometry" if elsewhere else ""
        method = "B3LYP/6-31++G**" if self.own is None else self.own.method(functional)
        return OracleProtocol(
            oracle=self.kind,
            name=name if self.own is None else self.own.name,
            settings={
                "functional": functional.settings(),
                "geometry": f"lowest of {CONFORMERS}" + ("/ALPB(water)" if self._rests_in_water else ""),
                "lowest by": "forces" if self.relaxed else "GFN2-xTB",
                "forces": self.forces().settings() if self.relaxed else "GFN2-xTB",
                "max_cycle": self.max_cycle,
                "recipe": RECIPE,
                "checks": CHECKS,
            },
            description=f"{method} orbital energies in {self.solvent} at a geometry relaxed "
            + ("in gas" if elsewhere else "there")
            + {"quick": " with GFN2-xTB.", "default": ".", "reference": ", without approximations."}[
                self.fidelity
            ],
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements without a basis set, and zwitterions in gas."""
        if not self._rests_in_water and is_zwitterion(molecule):
            use = "solvent 'water'" if self.solvent == "gas" else "geometry 'solvent'"
            return f"{molecule} is a zwitterion, which does not exist in gas; use {use}"
        if self.own is not None and self.own.basis is not None:
            return None  # what a basis set covers is known to PySCF, which is not loaded here
        return uncovered(molecule, DIFFUSE_COVERED, f"which {DIFFUSE} does not cover")

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Grows with the cube of the size; at GFN2's geometry with the square.

        Fitted as those of :mod:`effort`.
        """
        exact = 0.06 * molecule.heavy_atoms**3 if self.fidelity == "reference" else 0.0
        if not self.relaxed:
            return effort.conformers(molecule) + 0.3 + 0.1 * molecule.heavy_atoms**2 + exact
        atoms, shapes = effort.size(molecule)
        return 0.0098 * atoms**3 + 0.007 * atoms**2 * shapes + exact

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule.

        Raises
        ------
        InputError
            If an element is not covered, a zwitterion is asked about in gas, or PySCF cannot do what a
            protocol of one's own wants.
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
        with resources.account.told():
            found = frontier.orbitals(
                molecule, self.functional(), self.forces(), self.max_cycle, resources, self.relaxed
            )
        sd = {name: math.hypot(u, found.spread.get(name, 0.0)) for name, u in self.uncertainties.items()}
        numbers = {
            "homo": found.homo,
            "lumo": found.lumo,
            "gap": found.lumo - found.homo,
            "dipole": found.dipole,
        }
        values = tuple(Value(p.name, numbers[p.name], p.unit, sd[p.name]) for p in self.properties)
        return Measurement(values, Cost(0.0, 0.0), found.details | resources.account.details())

    @model_validator(mode="after")
    def _whole(self) -> Orbitals:
        if self.own is None:
            return self
        wrong = self.own.wrong(self._named(), UNCERTAINTY_DFT, shipped_names(type(self)))
        if wrong is not None:
            raise ValueError(wrong)
        return self
