"""HOMO and LUMO of a molecule: geometry, density, checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loop.molecule import Molecule
from loop.protocols import RejectedError
from oracles.chemistry import meanfield
from oracles.chemistry.lowest import lowest
from oracles.chemistry.provenance import versions
from oracles.chemistry.selfconsistent import Solution, dipole, solve
from oracles.chemistry.theory import Functional, Resources, elements

SMALLEST_GAP = 0.5
"""A closed shell with a smaller gap (eV) is not the ground state, or not a closed shell."""


@dataclass(frozen=True)
class Frontier:
    """Frontier orbitals with their provenance.

    Attributes
    ----------
    homo, lumo
        In eV.
    dipole
        Length of the dipole moment, in debye.
    spread
        How far these are elsewhere, in other conformers; see :func:`ranking.spread`.
    details
        JSON-able provenance.
    """

    homo: float
    lumo: float
    dipole: float
    spread: Mapping[str, float]
    details: dict[str, Any]


def orbitals(
    molecule: Molecule,
    functional: Functional,
    forces: Functional,
    max_cycle: int,
    resources: Resources,
    relaxed: bool,
) -> Frontier:
    """Compute HOMO and LUMO at the lowest conformer.

    Parameters
    ----------
    functional
        Gives the orbitals.
    forces
        Relaxes the geometry; its continuum decides whether in water.
    relaxed
        Whether it does, or the geometry stays that of GFN2, as does the choice of the conformer.

    Raises
    ------
    InputError
        If PySCF cannot do what ``functional`` wants; nothing is calculated then.
    ConvergenceError, RejectedError
        See :func:`lowest` and :func:`solve`; also if the orbitals cannot be those of a bound closed shell.
    """
    meanfield.check(elements(molecule), functional, resources.memory_mb)
    at = lowest(molecule, forces, max_cycle, resources, relaxed=relaxed)
    solution = solve(at.geometry, functional, max_cycle, resources)
    believe(molecule, solution)
    details = {
        "isomer": at.isomer,
        "geometry": at.geometry.xyz(),
        "geometry_from": at.source,
        "conformers": at.conformers,
        **at.search,
        "energy_hartree": solution.energy,
        "scf_cycles": solution.cycles,
        "versions": versions(),
    }
    return Frontier(solution.homo, solution.lumo, dipole(solution), at.spread, details)


def believe(molecule: Molecule, solution: Solution) -> None:
    """Check the orbitals of a molecule.

    Raises
    ------
    RejectedError
        If they cannot be those of a bound closed shell.
    """
    if solution.homo >= 0.0:
        raise RejectedError(f"the HOMO of {molecule} is not bound: {solution.homo:.2f} eV")
    if solution.gap < SMALLEST_GAP:
        raise RejectedError(f"the gap of {molecule} is {solution.gap:.2f} eV, below {SMALLEST_GAP} eV")
