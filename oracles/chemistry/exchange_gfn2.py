"""The energy of [M(H2O)N]q+ + L -> [M(H2O)(N-n)L]q+ + n H2O by GFN2-xTB alone."""

from __future__ import annotations

from pathlib import Path

from ase.units import Hartree

from loop.molecule import Molecule, parse
from oracles.chemistry import complexes, references, semiempirical
from oracles.chemistry.account import Account
from oracles.chemistry.complexes import Search
from oracles.chemistry.coordinated import Exchange, believe
from oracles.chemistry.ions import Ion
from oracles.chemistry.level import RECIPE
from oracles.chemistry.provenance import versions
from oracles.chemistry.references import Reference


def exchange(
    molecule: Molecule, ion: Ion, search: Search, account: Account, kept: Path, *, chelates: bool
) -> Exchange:
    """Compute the exchange energy of one molecule: the lowest over the denticities that it can have.

    Charges and gap are no test for charge transfer here: GFN2 gives zinc a charge of 0.3 in any complex.

    Parameters
    ----------
    account
        Takes down what the searches took.
    kept
        Directory for reference energies.
    chelates
        Whether the molecule may bind with more than one donor.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`complexes.sought` and :func:`believe`.
    """
    ligand, built = complexes.sought(molecule, ion, account, search, chelates=chelates)
    free = semiempirical.point(ligand.conformers[0], water=True)
    settings = {"ion": ion.name, "method": "GFN2-xTB/ALPB(water)", "recipe": RECIPE}
    against = references.reference(settings, kept, lambda: _reference(ion))
    energies = {
        c.denticity: c.energy - free.energy + (c.denticity * against.water - against.hydrate) * Hartree
        for c in built.lowest
    }
    best = min(built.lowest, key=lambda c: energies[c.denticity])
    energy = energies[best.denticity]
    believe(molecule, energy, best.denticity)
    bound = semiempirical.point(best.geometry, water=True)
    details = {
        "isomer": ligand.isomer,
        "ligand": ligand.conformers[0].xyz(),
        **best.details(),
        "exchange_ev": {str(n): value for n, value in energies.items()},
        **built.details(),
        "energies_hartree": {
            "complex": bound.energy / Hartree,
            "ligand": free.energy / Hartree,
            "hydrate": against.hydrate,
            "water": against.water,
        },
        "gap_ev": bound.lumo - bound.homo,
        "versions": versions(),
    }
    return Exchange(energy, details)


def _reference(ion: Ion) -> Reference:
    """The hydrate and water; a quick search misses the lowest hydrate by 0.06 eV, in every number alike."""
    ligand, found = complexes.sought(parse("O"), ion, Account(), chelates=False)
    built = found.lowest[0]
    bound = semiempirical.point(built.geometry, water=True)
    free = semiempirical.point(ligand.conformers[0], water=True)
    return Reference(
        bound.energy / Hartree, free.energy / Hartree, float(bound.charges[ligand.mol.GetNumAtoms()])
    )
