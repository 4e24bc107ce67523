"""Ionisation energy and electron affinity in water, and the potentials that follow from them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loop.molecule import Molecule
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry.theory import (
    CHECKS,
    COARSE_SURFACE,
    COMPACT,
    CONFORMERS,
    DIFFUSE,
    DIFFUSE_COVERED,
    LARGEST_OUTSIDE,
    LEAN,
    POLARISED,
    Continuum,
    Functional,
    Resources,
    uncovered,
)

ABSOLUTE_SHE = 4.44
"""Absolute potential of the standard hydrogen electrode in V: Trasatti, 10.1351/pac198658070955."""

ZINC = -0.762
"""Standard potential of Zn2+/Zn against SHE in V: Bratsch, 10.1063/1.555839."""

UNCERTAINTY = {"ip_water": 0.2, "ea_water": 0.2, "oxidation_potential": 0.3, "reduction_potential": 0.7}
"""Standard uncertainty in eV or V.

Of the energies, what B3LYP misses vertical ones in gas by (Curtiss et al., 10.1063/1.476538). Of the
potentials, which are the same numbers on another scale, the distance from measured ones of one-electron
couples (Wardman, 10.1063/1.555843), as nothing relaxes: aniline is oxidised within 0.1 V of them;
p-benzoquinone and nitrobenzene are reduced 0.6 and 0.8 V too low."""

UNCERTAINTY_OUTSIDE = {"ea_water": 0.8, "reduction_potential": 1.0}
"""The same where the molecule has no orbital of its own for the electron; an estimate. Known is that it is
not reduced before water is."""

RECIPE = 3
"""Raised whenever the way from a molecule to its geometry or to its ions changes."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    importlib.import_module("oracles.chemistry.electrons")


class Redox(BaseModel):
    """Vertical ionisation energy and electron affinity in water by B3LYP/6-31++G**, as potentials, too.

    Differences of the energies of molecule and ions (delta-SCF) at the molecule's geometry, each in IEF-PCM
    water that has come to rest around it: PySCF has no non-equilibrium solvation for them, so the energies
    are below those of photoemission, and above those of a molecule that relaxes, too. Taken for potentials,
    oxidation comes out too high and reduction too low by what the ion would gain in relaxing (0.1 to 1 V).

    A saturated molecule has no place for an electron; diffuse functions let it sit around the molecule, bound
    like that of a ketone. Where most of it is outside the cavity, the affinity is computed without them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["redox"] = "redox"
    max_cycle: int = Field(60, gt=0, le=10_000, description="Largest number of SCF cycles on each grid.")
    max_memory_mb: int = Field(4500, gt=200, description="Working memory of one calculation, in MB.")

    @property
    def exact(self) -> bool:
        """Too dear to ask about every molecule."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """Energies in eV and potentials in V against the zinc electrode."""
        against = "in V against Zn2+/Zn (add -0.762 for SHE), vertical"
        return (
            Property("ip_water", "eV", "vertical ionisation energy in water"),
            Property("ea_water", "eV", "vertical electron affinity in water"),
            Property("oxidation_potential", "V", f"potential of losing an electron, {against}"),
            Property("reduction_potential", "V", f"potential of taking up an electron, {against}"),
        )

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """Where the molecule has an orbital for the electron."""
        return dict(UNCERTAINTY)

    def functional(self) -> Functional:
        """What gives the energies."""
        return Functional(
            "b3lyp",
            DIFFUSE,
            grids=(0, LEAN),
            conv_tol=1e-6,
            continuum=Continuum("IEF-PCM"),
            auxiliary="def2-universal-jkfit",
            functions="cartesian",
        )

    def compact(self) -> Functional:
        """What gives the affinity of molecules that have no place for an electron."""
        return replace(self.functional(), basis=COMPACT)

    def forces(self) -> Functional:
        """What relaxes the geometry."""
        return Functional("b3lyp", POLARISED, grids=(LEAN,), continuum=Continuum("IEF-PCM", COARSE_SURFACE))

    def protocol(self) -> OracleProtocol:
        """Functional, geometry recipe, references of the potentials and limits."""
        return OracleProtocol(
            oracle=self.kind,
            name="redox-b3lyp-631ppgdd-water",
            settings={
                "functional": self.functional().settings(),
                "ions": "unrestricted, lowest of all starts, equilibrium solvation, geometry of the molecule",
                "electron outside": {"more than": LARGEST_OUTSIDE, "basis": self.compact().basis},
                "geometry": f"lowest of {CONFORMERS}/ALPB(water)",
                "lowest by": "forces",
                "forces": self.forces().settings(),
                "absolute SHE": ABSOLUTE_SHE,
                "zinc against SHE": ZINC,
                "max_cycle": self.max_cycle,
                "recipe": RECIPE,
                "checks": CHECKS,
            },
            description="B3LYP/6-31++G** vertical ionisation energy and electron affinity in implicit water, "
            "and the potentials against Zn2+/Zn that follow with an absolute SHE of 4.44 V.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements without a basis set, and ions."""
        if molecule.charge:
            return (
                f"{molecule} has the charge {molecule.charge:+d}; the continuum is not good enough for the "
                "redox of ions, give its neutral form or a zwitterion"
            )
        return uncovered(molecule, DIFFUSE_COVERED, f"which {DIFFUSE} does not cover")

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Grows with the square of the size."""
        return 1.0 + 2.5 * molecule.heavy_atoms**2

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule.

        Raises
        ------
        InputError
            If an element is not covered, or the molecule is charged.
        ConvergenceError
            If a geometry or a density does not converge.
        RejectedError
            If relaxation changes the molecule, or a check of one of the three densities fails.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # PySCF, ASE and tblite load only when something is measured.
        from oracles.chemistry import electrons  # noqa: PLC0415

        resources = Resources(scratch, self.max_memory_mb)
        with resources.account.told():
            found = electrons.vertical(
                molecule, self.functional(), self.compact(), self.forces(), self.max_cycle, resources
            )
        sd = UNCERTAINTY if found.held else UNCERTAINTY | UNCERTAINTY_OUTSIDE
        energies = {
            "ip_water": found.ip,
            "ea_water": found.ea,
            "oxidation_potential": found.ip - ABSOLUTE_SHE - ZINC,
            "reduction_potential": found.ea - ABSOLUTE_SHE - ZINC,
        }
        values = tuple(Value(p.name, energies[p.name], p.unit, sd[p.name]) for p in self.properties)
        return Measurement(values, Cost(0.0, 0.0), found.details | resources.account.details())
