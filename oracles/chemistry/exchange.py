"""The energy of [M(H2O)N]q+ + L -> [M(H2O)(N-n)L]q+ + n H2O, whatever number n of donors is the best.

GFN2 finds the complexes and cannot say which is the lowest: of urea, minima within 0.01 eV of each other that
differ in how the waters turn spread by 0.09 eV with a functional. So the first complex of every family says
which donors may bind, and of each family that may be the lowest several minima give the energy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ase.units import Hartree

from loop.molecule import Molecule, parse
from loop.protocols import ConvergenceError
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

    share = resources.share
    known: dict[Complex, Bound] = {}

    def bound(one: Complex, given: Resources) -> Bound:
        energy = energy_of(one.geometry, level, given, "complex", open_shells=False)
        exchanged = (energy.total + one.denticity * against.water - against.hydrate - free.average) * Hartree
        return Bound(one, energy, exchanged)

    def once(one: Complex) -> Bound:
        return known[one] if one in known else bound(one, resources)

    families = [(*family, *built.further(family)) for family in denticity.promising(built.families)]
    begun = {families[0]: 0.0}
    if len(families) > 1:
        firsts = [family[0] for family in families]
        known |= survivors(firsts, partial(bound, given=share), (ConvergenceError,), resources.each)
        begun = {family: known[family[0]].exchange for family in families if family[0] in known}
    followed = dict(
        survivors(
            minima.rivals(begun),
            lambda family: minima.average(
                family, lambda c: _ordered(c.geometry, level, share), once, each=resources.each
            ),
            (ConvergenceError,),
        )
    )
    averages = {family: found.result.exchange + found.raised for family, found in followed.items()}
    chosen = min(averages, key=averages.__getitem__)
    energy, best = averages[chosen], followed[chosen].result
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
        "minima_ev": [round(best.exchange + above, 5) for above in followed[chosen].above],
        "other_donors_ev": {
            family[0].bound_by: round(averages.get(family, begins), 5)
            for family, begins in begun.items()
            if family is not chosen
        },
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


def _ordered(geometry: Geometry, level: Level, resources: Resources) -> float:
    """Energy in eV of a minimum against others of the same structure."""
    return energy_of(geometry, level.ordering, resources, "minimum", open_shells=False).total * Hartree


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
        Energies of the conformers above the lowest in eV, as they are ordered, in the order of GFN2's.
    """

    geometry: Geometry
    energy: Energy
    average: float
    above: list[float]


def _free(ligand: Ligand, level: Level, resources: Resources) -> Free:
    def energy_alone(geometry: Geometry) -> Energy:
        return energy_of(geometry, level, resources, "ligand", open_shells=False)

    conformers = [geometry for geometry, _ in ranking.distinct(ligand)]
    found = minima.average(
        conformers,
        lambda geometry: _ordered(geometry, level, resources.share),
        energy_alone,
        all_of_them=True,
        each=resources.each,
    )
    _believe_closed(found.lowest, found.result, level, resources, "ligand")
    above = [round(energy, 5) for energy in found.above]
    return Free(found.lowest, found.result, found.result.total + found.raised / Hartree, above)


def _believe_closed(geometry: Geometry, energy: Energy, level: Level, resources: Resources, of: str) -> None:
    """Ask about open shells at the lowest geometry alone: the answer costs four densities."""
    closed_shell.believe(energy.gap, geometry, level.functional, level.max_cycle, resources, of)


def compute_reference(level: Level, resources: Resources) -> Reference:
    """Energies of the hydrate and of water, built exactly as any other complex and ligand."""
    ligand, built = complexes.sought(parse("O"), level.ion, resources.account, chelates=False)
    free = energy_of(ligand.conformers[0], level, resources, "water")

    def energy(of: Complex) -> Energy:
        return energy_of(of.geometry, level, resources, "hydrate")

    found = minima.average(
        (*built.complexes, *built.further(built.complexes)),
        lambda c: _ordered(c.geometry, level, resources.share),
        energy,
        each=resources.each,
    )
    charge = float(found.result.charges[ligand.mol.GetNumAtoms()])
    return Reference(found.result.total + found.raised / Hartree, free.total, charge)
