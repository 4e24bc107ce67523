"""The energy of [M(H2O)N]q+ + L -> [M(H2O)(N-n)L]q+ + n H2O, whatever number n of donors is the best."""

from __future__ import annotations

from pathlib import Path

from ase.units import Hartree

from loop.molecule import Molecule, parse
from oracles.chemistry import complexes, denticity, references
from oracles.chemistry.bound import Bound, Energy, believe_density, energy_of
from oracles.chemistry.coordinated import Complex, Exchange, believe
from oracles.chemistry.level import Level
from oracles.chemistry.ligand import prepare
from oracles.chemistry.provenance import versions
from oracles.chemistry.references import Reference
from oracles.chemistry.selfconsistent import atomic_charges
from oracles.chemistry.theory import Resources


def exchange(
    molecule: Molecule, level: Level, kept: Path, resources: Resources, *, chelates: bool
) -> Exchange:
    """Compute the exchange energy of one molecule: the lowest over the denticities that it can have.

    Parameters
    ----------
    kept
        Directory for reference energies.
    chelates
        Whether the molecule may bind with more than one donor.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`prepare`, :func:`complexes.build` and :func:`solve`; also if a check of a density
        or of an exchange energy fails.
    """
    ligand = prepare(molecule, water=True)
    built = complexes.build(ligand, level.ion, chelates=chelates)
    free = energy_of(ligand.conformers[0], level, resources, "ligand")
    against = references.reference(level.settings(), kept, lambda: compute_reference(level, resources))
    bound = [
        _bound(molecule, c, free, against, level, resources) for c in denticity.promising(built.complexes)
    ]
    best = min(bound, key=lambda b: b.exchange)
    details = {
        "isomer": ligand.isomer,
        "ligand": ligand.conformers[0].xyz(),
        **ligand.search,
        **best.complex.details(),
        **best.details(),
        "exchange_ev": {str(b.complex.denticity): b.exchange for b in bound},
        "gfn2_above_lowest_ev": denticity.above_lowest(built.complexes),
        **built.details(),
        "energies_hartree": {
            "complex": best.energy.total,
            "ligand": free.total,
            "hydrate": against.hydrate,
            "water": against.water,
        },
        "solvation_hartree": {"complex": best.energy.solvation, "ligand": free.solvation},
        "scf_cycles": {"complex": best.energy.solution.cycles, "ligand": free.solution.cycles},
        "versions": versions(),
    }
    return Exchange(best.exchange, details)


def compute_reference(level: Level, resources: Resources) -> Reference:
    """Energies of the hydrate and of water, built exactly as any other complex and ligand."""
    ligand = prepare(parse("O"), water=True)
    built = complexes.build(ligand, level.ion, chelates=False).complexes[0]
    bound = energy_of(built.geometry, level, resources, "hydrate")
    free = energy_of(ligand.conformers[0], level, resources, "water")
    charge = float(atomic_charges(bound.solution)[ligand.mol.GetNumAtoms()])
    return Reference(bound.total, free.total, charge)


def _bound(
    molecule: Molecule, built: Complex, free: Energy, against: Reference, level: Level, resources: Resources
) -> Bound:
    energy = energy_of(built.geometry, level, resources, "complex")
    charges = atomic_charges(energy.solution)
    released = built.denticity
    found = (energy.total + released * against.water - against.hydrate - free.total) * Hartree
    bound = Bound(built, energy, charges, found)
    believe_density(molecule, energy.solution.gap, bound.ion_charge - against.ion_charge, level.ion)
    believe(molecule, found, released)
    return bound
