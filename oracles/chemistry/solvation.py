"""The free energy of hydration of a molecule: one geometry, with water and without."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pyscf.data.nist import HARTREE2EV

from loop.molecule import Molecule
from oracles.chemistry import frontier, transfer
from oracles.chemistry.ligand import prepare
from oracles.chemistry.provenance import versions
from oracles.chemistry.selfconsistent import solve
from oracles.chemistry.theory import Continuum, Functional, Resources


@dataclass(frozen=True)
class Hydration:
    """A free energy of hydration in eV with its JSON-able provenance."""

    energy: float
    details: dict[str, Any]


def hydration(
    molecule: Molecule, gas: Functional, water: Continuum, max_cycle: int, resources: Resources
) -> Hydration:
    """Compute the free energy of going from gas into water at the lowest conformer in gas.

    The geometry is the same on both sides, as it was where SMD was fitted. Relaxed in ALPB water, molecules
    are too polar: over thirty measured ones the error grew from 0.7 to 1.0 kcal/mol.

    Parameters
    ----------
    gas
        Functional without a continuum.
    water
        The continuum that makes the difference.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`prepare` and :func:`solve`; also if an orbital or the energy cannot be those of a
        neutral closed shell.
    """
    ligand = prepare(molecule, water=False, account=resources.account)
    geometry = ligand.conformers[0]
    without = solve(geometry, gas, max_cycle, resources, "gas")
    start = without.mean_field.make_rdm1()
    within = solve(geometry, replace(gas, continuum=water), max_cycle, resources, "water", start)
    energy = (within.energy - without.energy) * HARTREE2EV
    for solution in (without, within):
        frontier.believe(molecule, solution)
    transfer.believe(molecule, energy)
    details = {
        "isomer": ligand.isomer,
        "geometry": geometry.xyz(),
        "geometry_from": "GFN2-xTB",
        "conformers": len(ligand.conformers),
        **ligand.search,
        "trajectory": ligand.path.details("geometry"),
        "energies_hartree": {"gas": without.energy, "water": within.energy},
        "nonelectrostatic_hartree": float(within.mean_field.with_solvent.get_cds()),
        "scf_cycles": {"gas": without.cycles, "water": within.cycles},
        "versions": versions(),
    }
    return Hydration(energy, details)
