"""The density of a complex: its energy, and whether charge has stayed where it was."""

from __future__ import annotations

import gc
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
from oracles.chemistry.selfconsistent import atomic_charges, solve
from oracles.chemistry.theory import Resources


@dataclass(frozen=True, eq=False)
class Energy:
    """Energy of one geometry, and what its density says.

    PySCF's object is not kept: with its integrals it holds up to a gigabyte, without which the next density
    takes twice the time.

    Attributes
    ----------
    total
        In hartree, solvation included.
    solvation
        The part added from GFN2, in hartree; 0 where the continuum is part of the density.
    gap, lumo
        In eV.
    charges
        Of the atoms, shape ``(n,)``, in e.
    cycles
        Iterations on all grids and rungs together.
    """

    total: float
    solvation: float
    gap: float
    lumo: float
    charges: FloatArray
    cycles: int


@dataclass(frozen=True, eq=False)
class Bound:
    """A complex with its density.

    Attributes
    ----------
    complex
        Its geometry.
    energy
        Of that geometry.
    exchange
        Energy of its reaction, in eV.
    """

    complex: Complex
    energy: Energy
    exchange: float

    @property
    def ion_charge(self) -> float:
        """Charge of the ion, in e."""
        return float(self.energy.charges[self.complex.geometry.symbols.index(self.complex.ion.symbol)])

    def details(self) -> dict[str, Any]:
        """The density of the complex as JSON-able provenance."""
        return {
            "ion_charge": self.ion_charge,
            "donor_charges": [float(self.energy.charges[k]) for k in self.complex.shell.ligand],
            "gap_ev": self.energy.gap,
            "complex_lumo_ev": self.energy.lumo,
        }


def energy_of(
    geometry: Geometry, level: Level, resources: Resources, of: str, *, open_shells: bool = True
) -> Energy:
    """Converge the density of one geometry; see :func:`solve` for the rest."""
    solution = solve(geometry, level.functional, level.max_cycle, resources, of, open_shells=open_shells)
    solvation = 0.0
    if level.correction:
        water = semiempirical.point(geometry, water=True).energy
        solvation = (water - semiempirical.point(geometry, water=False).energy) / Hartree
    total, charges = solution.energy + solvation, atomic_charges(solution)
    found = Energy(total, solvation, solution.gap, solution.lumo, charges, solution.cycles)
    del solution
    gc.collect()  # PySCF's objects refer to each other
    return found


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
