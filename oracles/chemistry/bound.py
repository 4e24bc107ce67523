"""The density of a complex: its energy, and whether charge has stayed where it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ase.units import Hartree

from loop.molecule import Molecule
from loop.protocols import RejectedError
from oracles.chemistry import semiempirical
from oracles.chemistry.coordinated import Complex
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.level import Level
from oracles.chemistry.selfconsistent import Solution, solve
from oracles.chemistry.theory import Resources


@dataclass(frozen=True, eq=False)
class Energy:
    """Energy of one geometry.

    Attributes
    ----------
    total
        In hartree, solvation included.
    solvation
        The part added from GFN2, in hartree; 0 where the continuum is part of the density.
    solution
        The density behind it.
    """

    total: float
    solvation: float
    solution: Solution


@dataclass(frozen=True, eq=False)
class Bound:
    """A complex with its density.

    Attributes
    ----------
    complex
        Its geometry.
    energy
        Of that geometry.
    charges
        Of its atoms, shape ``(n,)``, in e.
    exchange
        Energy of its reaction, in eV.
    """

    complex: Complex
    energy: Energy
    charges: FloatArray
    exchange: float

    @property
    def ion_charge(self) -> float:
        """Charge of the ion, in e."""
        return float(self.charges[self.complex.geometry.symbols.index(self.complex.ion.symbol)])

    def details(self) -> dict[str, Any]:
        """The density of the complex as JSON-able provenance."""
        solution = self.energy.solution
        return {
            "ion_charge": self.ion_charge,
            "donor_charges": [float(self.charges[k]) for k in self.complex.shell.ligand],
            "gap_ev": solution.gap,
            "complex_lumo_ev": solution.lumo,
        }


def energy_of(geometry: Geometry, level: Level, resources: Resources, of: str) -> Energy:
    """Converge the density of one geometry; raises what :func:`solve` raises."""
    solution = solve(geometry, level.functional, level.max_cycle, resources, of)
    solvation = 0.0
    if level.correction:
        water = semiempirical.point(geometry, water=True).energy
        solvation = (water - semiempirical.point(geometry, water=False).energy) / Hartree
    return Energy(solution.energy + solvation, solvation, solution)


def believe_density(molecule: Molecule, gap: float, charge_shift: float, ion: Ion) -> None:
    """Check the density of a complex.

    Parameters
    ----------
    gap
        LUMO minus HOMO, in eV.
    charge_shift
        Charge of the ion against its hydrate's, in e.

    Raises
    ------
    RejectedError
        If charge has moved between ion and ligand.
    """
    if gap < ion.smallest_gap:
        raise RejectedError(
            f"the gap of the complex of {molecule} is {gap:.2f} eV, below {ion.smallest_gap:g} eV"
        )
    if abs(charge_shift) > ion.largest_shift:
        raise RejectedError(
            f"the charge of {ion.symbol} with {molecule} differs from the hydrate's by {charge_shift:+.2f}, "
            f"more than {ion.largest_shift:g}: charge transfer"
        )
