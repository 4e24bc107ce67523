"""The energy of [M(H2O)N]q+ + L -> [M(H2O)(N-n)L]q+ + n H2O, whatever number n of donors is the best.

GFN2 finds the complexes and cannot say which is the lowest: of urea, minima within 0.01 eV of each other that
differ in how the waters turn spread by 0.09 eV with a functional. So the lowest complex of every family says
which donors bind, and several minima of that family give the energy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ase.units import Hartree

from loop.molecule import Molecule, parse
from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import closed_shell, complexes, denticity, meanfield, minima, ranking, references
from oracles.chemistry.bound import Bound, Energy, believe_density, energy_of
from oracles.chemistry.coordinated import Complex, Exchange, believe
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.level import Level
from oracles.chemistry.ligand import Ligand
from oracles.chemistry.provenance import versions
from oracles.chemistry.references import Reference
from oracles.chemistry.survivors import survivors
from oracles.chemistry.theory import Resources, elements


def exchange(
    molecule: Molecule, level: Level, kept: Path, resources: Resources, *, chelates: bool
) -> Exchange:
    """Compute the exchange energy of one molecule, with the donors that give the lowest.

    Parameters
    ----------
    kept
        Directory for reference energies.
    chelates
        Whether the molecule may bind with more than one donor.

    Raises
    ------
    InputError
        If PySCF cannot do what the level wants; nothing is calculated then.
    ConvergenceError, RejectedError
        See :func:`complexes.sought` and :func:`solve`; also if no density of a complex
        converges, or a check of the lowest one or of its exchange energy fails.
    """
    involved = {*elements(molecule), *elements(parse("O")), level.ion.symbol}
    meanfield.check(sorted(involved), level.functional, resources.memory_mb)
    ligand, built = complexes.sought(molecule, level.ion, resources.account, chelates=chelates)
    free = _free(ligand, level, resources)
    against = references.reference(level.settings(), kept, lambda: compute_reference(level, resources))

    def bound(some: Sequence[Complex]) -> list[Bound]:
        return _bound(some, free.average, against, level, resources)

    families = denticity.promising(built.families)
    firsts = bound([family[0] for family in families])
    chosen = min(firsts, key=lambda b: b.exchange)
    (family,) = (f for f in families if chosen.complex in f)
    found = minima.until_settled(
        (chosen.complex, chosen),
        (*family, *built.further(family)),
        lambda b: b.exchange,
        lambda c: bound([c])[0],
    )
    best = min(found, key=lambda b: b.exchange)
    energy = minima.averaged([b.exchange for b in found])
    _believe_closed(best.complex.geometry, best.energy, level, resources, "complex")
    believe_density(molecule, best.energy.gap, best.ion_charge - against.ion_charge, level.ion)
    believe(molecule, energy, best.complex.denticity)
    details = {
        "isomer": ligand.isomer,
        "ligand": free.geometry.xyz(),
        **ligand.search,
        "lowest_by": f"{level.functional.name} energy at geometries of {ligand.path.level}",
        "ligand_conformers_ev": free.above,
        **best.complex.details(),
        **best.details(),
        "minima_ev": [round(b.exchange, 5) for b in found],
        "other_donors_ev": {b.complex.bound_by: round(b.exchange, 5) for b in firsts if b is not chosen},
        **built.details(),
        "energies_hartree": {
            "complex": best.energy.total,
            "ligand": free.energy.total,
            "hydrate": against.hydrate,
            "water": against.water,
        },
        "solvation_hartree": {"complex": best.energy.solvation, "ligand": free.energy.solvation},
        "scf_cycles": {"complex": best.energy.cycles, "ligand": free.energy.cycles},
        "versions": versions(),
    }
    return Exchange(energy, details)


@dataclass(frozen=True, eq=False)
class Free:
    """The molecule before it binds.

    Attributes
    ----------
    geometry
        Of its lowest conformer.
    energy
        Of that.
    average
        Energy in hartree, averaged over the conformers as that of the complex is over its minima.
    above
        Energies of the conformers above the lowest in eV, in the order of GFN2's.
    """

    geometry: Geometry
    energy: Energy
    average: float
    above: list[float]


def _free(ligand: Ligand, level: Level, resources: Resources) -> Free:
    def energy_alone(geometry: Geometry) -> Energy:
        return energy_of(geometry, level, resources, "ligand", open_shells=False)

    conformers = [geometry for geometry, _ in ranking.distinct(ligand)]
    found = survivors(conformers, energy_alone, (ConvergenceError, RejectedError))
    geometry, lowest = min(found, key=lambda pair: pair[1].total)
    _believe_closed(geometry, lowest, level, resources, "ligand")
    energies = [energy.total * Hartree for _, energy in found]
    above = [round(energy - lowest.total * Hartree, 5) for energy in energies]
    return Free(geometry, lowest, minima.averaged(energies) / Hartree, above)


def _believe_closed(geometry: Geometry, energy: Energy, level: Level, resources: Resources, of: str) -> None:
    """Ask about open shells at the lowest geometry alone: the answer costs four densities."""
    closed_shell.believe(energy.gap, geometry, level.functional, level.max_cycle, resources, of)


def compute_reference(level: Level, resources: Resources) -> Reference:
    """Energies of the hydrate and of water, built exactly as any other complex and ligand."""
    ligand, built = complexes.sought(parse("O"), level.ion, resources.account, chelates=False)
    free = energy_of(ligand.conformers[0], level, resources, "water")

    def energy(of: Complex) -> Energy:
        return energy_of(of.geometry, level, resources, "hydrate")

    first, *_ = built.complexes
    bound = minima.until_settled(
        (first, energy(first)),
        (*built.complexes, *built.further(built.complexes)),
        lambda e: e.total * Hartree,
        energy,
    )
    lowest = min(bound, key=lambda e: e.total)
    charge = float(lowest.charges[ligand.mol.GetNumAtoms()])
    hydrate = minima.averaged([e.total * Hartree for e in bound]) / Hartree
    return Reference(hydrate, free.total, charge)


def _bound(
    built: Sequence[Complex], free: float, against: Reference, level: Level, resources: Resources
) -> list[Bound]:
    """The complexes whose density converges; ``free`` is the molecule's energy in hartree."""

    def of(each: Complex) -> Bound:
        energy = energy_of(each.geometry, level, resources, "complex", open_shells=False)
        exchanged = (energy.total + each.denticity * against.water - against.hydrate - free) * Hartree
        return Bound(each, energy, exchanged)

    return [found for _, found in survivors(built, of, (ConvergenceError,))]
