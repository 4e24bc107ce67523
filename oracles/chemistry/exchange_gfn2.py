"""The energy of [Zn(H2O)6]2+ + L -> [Zn(H2O)5L]2+ + H2O by GFN2-xTB alone."""

from __future__ import annotations

from pathlib import Path

from ase.units import Hartree

from loop.molecule import Molecule, parse
from oracles.chemistry import complexes, references, semiempirical
from oracles.chemistry.complexes import Exchange, Search
from oracles.chemistry.ligand import prepare
from oracles.chemistry.provenance import versions
from oracles.chemistry.references import Reference


def exchange(molecule: Molecule, search: Search, protocol: str, kept: Path) -> Exchange:
    """Compute the exchange energy of one molecule.

    Charges and gap are no test for charge transfer here: GFN2 gives zinc a charge of 0.3 in any complex.

    Parameters
    ----------
    protocol
        Digest of the protocol, the key of its reference energies.
    kept
        Directory for reference energies.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`prepare`, :func:`complexes.build` and :func:`complexes.believe`.
    """
    ligand = prepare(molecule, water=True)
    built = complexes.build(ligand, search)
    bound = semiempirical.point(built.geometry, water=True)
    free = semiempirical.point(ligand.conformers[0], water=True)
    against = references.reference(protocol, kept, _reference)
    energy = bound.energy - free.energy + (against.water - against.aqua_ion) * Hartree
    complexes.believe(molecule, energy)
    details = {
        "isomer": ligand.isomer,
        "ligand": ligand.conformers[0].xyz(),
        **built.details(),
        "energies_hartree": {
            "complex": bound.energy / Hartree,
            "ligand": free.energy / Hartree,
            "aqua_ion": against.aqua_ion,
            "water": against.water,
        },
        "gap_ev": bound.lumo - bound.homo,
        "versions": versions(),
    }
    return Exchange(energy, details)


def _reference() -> Reference:
    """The aqua ion and water; a quick search misses the lowest aqua ion by 0.06 eV, in every number alike."""
    ligand = prepare(parse("O"), water=True)
    built = complexes.build(ligand, complexes.THOROUGH)
    bound = semiempirical.point(built.geometry, water=True)
    free = semiempirical.point(ligand.conformers[0], water=True)
    return Reference(
        bound.energy / Hartree, free.energy / Hartree, float(bound.charges[ligand.mol.GetNumAtoms()])
    )
