"""HOMO and LUMO of a molecule: geometry, density, checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from loop.molecule import Molecule
from loop.protocols import RejectedError
from oracles.chemistry import connectivity, relaxation
from oracles.chemistry.delicate import is_delicate
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ligand import Ligand, prepare
from oracles.chemistry.provenance import versions
from oracles.chemistry.selfconsistent import Solution, solve
from oracles.chemistry.theory import Functional, Resources

SMALLEST_GAP = 0.5
"""A closed shell with a smaller gap (eV) is not the ground state, or not a closed shell."""


@dataclass(frozen=True)
class Frontier:
    """Frontier orbitals with their provenance.

    Attributes
    ----------
    homo, lumo
        In eV.
    relaxed_with_dft
        Whether the geometry comes from density-functional forces instead of GFN2.
    details
        JSON-able provenance.
    """

    homo: float
    lumo: float
    relaxed_with_dft: bool
    details: dict[str, Any]


def orbitals(
    molecule: Molecule, functional: Functional, forces: Functional, max_cycle: int, resources: Resources
) -> Frontier:
    """Compute HOMO and LUMO at the lowest conformer.

    Parameters
    ----------
    functional
        Gives the orbitals; its continuum decides whether geometries are relaxed in water.
    forces
        Relaxes the molecules that GFN2 gets wrong.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`prepare`, :func:`relaxation.relax` and :func:`solve`; also if the relaxed molecule is
        not the one asked about, or its orbitals cannot be those of a bound closed shell.
    """
    ligand = prepare(molecule, water=functional.continuum is not None)
    delicate = is_delicate(molecule)
    geometry = _relaxed(ligand, forces, resources) if delicate else ligand.conformers[0]
    solution = solve(geometry, functional, max_cycle, resources)
    _believe(molecule, solution)
    details = {
        "isomer": ligand.isomer,
        "geometry": geometry.xyz(),
        "geometry_from": f"{forces.xc}/{forces.basis}" if delicate else "GFN2-xTB",
        "conformers": len(ligand.conformers),
        "energy_hartree": solution.energy,
        "scf_cycles": solution.cycles,
        "level_shift_hartree": solution.level_shift,
        "versions": versions(),
    }
    return Frontier(solution.homo, solution.lumo, delicate, details)


def _relaxed(ligand: Ligand, forces: Functional, resources: Resources) -> Geometry:
    geometry = relaxation.relax(ligand.conformers[0], forces, resources)
    changed = connectivity.change(ligand.mol, ligand.isomer, geometry)
    if changed is not None:
        raise RejectedError(f"relaxing {ligand.isomer} with {forces.xc}: {changed}")
    return geometry


def _believe(molecule: Molecule, solution: Solution) -> None:
    if solution.homo >= 0.0:
        raise RejectedError(f"the HOMO of {molecule} is not bound: {solution.homo:.2f} eV")
    if solution.gap < SMALLEST_GAP:
        raise RejectedError(f"the gap of {molecule} is {solution.gap:.2f} eV, below {SMALLEST_GAP} eV")
