"""The energy of [Zn(H2O)6]2+ + L -> [Zn(H2O)5L]2+ + H2O."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ase.units import Hartree

from loop.molecule import Molecule, parse
from loop.protocols import RejectedError
from oracles.chemistry import complexes, references, semiempirical
from oracles.chemistry.complexes import Exchange
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ligand import prepare
from oracles.chemistry.provenance import versions
from oracles.chemistry.references import Reference
from oracles.chemistry.selfconsistent import Solution, atomic_charges, solve
from oracles.chemistry.theory import Functional, Resources

SMALLEST_GAP = 3.0
"""In eV. Below it, charge has moved between zinc and ligand."""

CHARGE_SHIFT = 0.15
"""Largest change of the charge of zinc against the aqua ion, in e; more is charge transfer."""


@dataclass(frozen=True)
class Level:
    """How energies are computed.

    Attributes
    ----------
    functional
        At fixed geometry.
    correction
        Whether to add the solvation energy of GFN2 (ALPB minus gas).
    max_cycle
        Of each self-consistent iteration.
    """

    functional: Functional
    correction: bool
    max_cycle: int


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


def exchange(molecule: Molecule, level: Level, protocol: str, kept: Path, resources: Resources) -> Exchange:
    """Compute the exchange energy of one molecule.

    Parameters
    ----------
    protocol
        Digest of the protocol, the key of its reference energies.
    kept
        Directory for reference energies.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`prepare`, :func:`complexes.build` and :func:`solve`; also if a check of the density
        or of the exchange energy fails.
    """
    ligand = prepare(molecule, water=True)
    built = complexes.build(ligand)
    bound = _energy(built.geometry, level, resources)
    free = _energy(ligand.conformers[0], level, resources)
    charge = float(atomic_charges(bound.solution)[ligand.mol.GetNumAtoms()])
    against = references.reference(protocol, kept, lambda: compute_reference(level, resources))
    energy = (bound.total + against.water - against.aqua_ion - free.total) * Hartree
    believe_density(molecule, bound.solution, charge - against.zinc_charge)
    complexes.believe(molecule, energy)
    details = {
        "isomer": ligand.isomer,
        "ligand": ligand.conformers[0].xyz(),
        **built.details(),
        "energies_hartree": {
            "complex": bound.total,
            "ligand": free.total,
            "aqua_ion": against.aqua_ion,
            "water": against.water,
        },
        "solvation_hartree": {"complex": bound.solvation, "ligand": free.solvation},
        "zinc_charge": charge,
        "gap_ev": bound.solution.gap,
        "complex_lumo_ev": bound.solution.lumo,
        "scf_cycles": {"complex": bound.solution.cycles, "ligand": free.solution.cycles},
        "versions": versions(),
    }
    return Exchange(energy, details)


def compute_reference(level: Level, resources: Resources) -> Reference:
    """Energies of the aqua ion and of water, built exactly as any other complex and ligand."""
    ligand = prepare(parse("O"), water=True)
    bound = _energy(complexes.build(ligand).geometry, level, resources)
    free = _energy(ligand.conformers[0], level, resources)
    charge = float(atomic_charges(bound.solution)[ligand.mol.GetNumAtoms()])
    return Reference(bound.total, free.total, charge)


def _energy(geometry: Geometry, level: Level, resources: Resources) -> Energy:
    solution = solve(geometry, level.functional, level.max_cycle, resources)
    solvation = 0.0
    if level.correction:
        water = semiempirical.point(geometry, water=True).energy
        solvation = (water - semiempirical.point(geometry, water=False).energy) / Hartree
    return Energy(solution.energy + solvation, solvation, solution)


def believe_density(molecule: Molecule, solution: Solution, charge_shift: float) -> None:
    """Check the density of a complex.

    Parameters
    ----------
    charge_shift
        Charge of zinc against the aqua ion's, in e.

    Raises
    ------
    RejectedError
        If charge has moved between zinc and ligand.
    """
    if solution.gap < SMALLEST_GAP:
        raise RejectedError(
            f"the gap of the complex of {molecule} is {solution.gap:.2f} eV, below {SMALLEST_GAP:g} eV"
        )
    if abs(charge_shift) > CHARGE_SHIFT:
        raise RejectedError(
            f"the charge of zinc with {molecule} differs from the aqua ion's by {charge_shift:+.2f}, "
            f"more than {CHARGE_SHIFT:g}: charge transfer"
        )
