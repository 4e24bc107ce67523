"""The lowest intact [Zn(H2O)5L]2+ that GFN2/ALPB(water) finds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from loop.molecule import Molecule
from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import donors, octahedron, semiempirical
from oracles.chemistry.donors import Donor
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ligand import Ligand
from oracles.chemistry.semiempirical import Relaxed
from oracles.chemistry.shell import Shell, flaw, shell_of

CONFORMERS = 2
"""Ligand conformers tried at every donor, lowest first."""

ROUGH_FMAX, ROUGH_STEPS = 0.05, 150
FINE_FMAX, FINE_STEPS = 0.02, 300
"""Forces in eV/angstrom. Every start is relaxed roughly, the lowest finely: below 0.05 a complex
still gains up to 0.1 eV, because the waters turn almost freely."""

LARGEST_EXCHANGE = 1.5
"""Larger exchange energies (eV, either sign) are not believed of a neutral monodentate ligand."""


@dataclass(frozen=True)
class Search:
    """How hard to look for the lowest complex.

    Attributes
    ----------
    starts, starts_per_donor
        Starting geometries tried: at least so many in all, and at every donor.
    fine
        Intact complexes relaxed finely.
    """

    starts: int
    starts_per_donor: int
    fine: int


THOROUGH = Search(starts=8, starts_per_donor=4, fine=3)
QUICK = Search(starts=4, starts_per_donor=2, fine=1)


@dataclass(frozen=True, eq=False)
class Complex:
    """An intact monodentate complex.

    Attributes
    ----------
    geometry
        Atoms in the order ligand, Zn, then O, H, H for each water.
    donor
        The donor the search began at.
    shell
        The first shell as it came out.
    tried
        Number of starting geometries.
    """

    geometry: Geometry
    donor: Donor
    shell: Shell
    tried: int

    def details(self) -> dict[str, Any]:
        """The complex as JSON-able provenance."""
        return {
            "complex": self.geometry.xyz(),
            "donor": self.donor.element,
            "donor_kind": self.donor.kind,
            "site": self.donor.atom,
            "denticity": len(self.shell.ligand),
            "coordination": self.shell.coordination,
            "waters_in_shell": len(self.shell.waters),
            "zinc_distances_angstrom": list(self.shell.distances),
            "starts": self.tried,
        }


@dataclass(frozen=True)
class Exchange:
    """An exchange energy in eV with its JSON-able provenance."""

    energy: float
    details: dict[str, Any]


def believe(molecule: Molecule, exchange_energy: float) -> None:
    """Check an exchange energy in eV.

    Raises
    ------
    RejectedError
        If it is beyond what a neutral monodentate ligand can have.
    """
    if abs(exchange_energy) > LARGEST_EXCHANGE:
        raise RejectedError(
            f"the exchange energy of {molecule} is {exchange_energy:.2f} eV, beyond {LARGEST_EXCHANGE:g} eV"
        )


def build(ligand: Ligand, search: Search = THOROUGH) -> Complex:
    """Try every donor (there must be one) from several directions, keep the lowest intact complex.

    Raises
    ------
    ConvergenceError
        If the charges of GFN2 do not converge for any start.
    RejectedError
        If every complex fell apart, rearranged or became a chelate.
    """
    found = donors.find(ligand.mol)
    each = max(search.starts_per_donor, math.ceil(search.starts / len(found)))
    roughs = [
        (rough, donor)
        for donor in found
        for start in _starts(ligand, donor, each)
        if (rough := _relaxed(start, ROUGH_FMAX, ROUGH_STEPS)) is not None
    ]
    if not roughs:
        raise ConvergenceError(f"GFN2-xTB converged for no complex of {ligand.isomer}")
    return _lowest_intact(ligand, sorted(roughs, key=lambda pair: pair[0].energy), search.fine)


def _starts(ligand: Ligand, donor: Donor, n: int) -> list[Geometry]:
    conformers = ligand.conformers[:CONFORMERS]
    return [s for c in conformers for s in octahedron.starts(c, donor, math.ceil(n / len(conformers)))]


def _relaxed(start: Geometry, fmax: float, steps: int) -> Relaxed | None:
    try:
        return semiempirical.relax(start, fmax=fmax, steps=steps)
    except ConvergenceError:
        return None


def _lowest_intact(ligand: Ligand, roughs: list[tuple[Relaxed, Donor]], fine_wanted: int) -> Complex:
    flaws: list[str] = []
    intact: list[tuple[Relaxed, Donor]] = []
    for rough, donor in roughs:
        fine = _relaxed(rough.geometry, FINE_FMAX, FINE_STEPS)
        wrong = "GFN2-xTB did not come to rest" if fine is None or not fine.converged else None
        if fine is not None and wrong is None:
            wrong = flaw(ligand.mol, ligand.isomer, fine.geometry)
        if fine is None or wrong is not None:
            flaws.append(f"from {donor.element}{donor.atom + 1}: {wrong}")
            continue
        intact.append((fine, donor))
        if len(intact) == fine_wanted:
            break
    if not intact:
        raise RejectedError(f"no intact complex of {ligand.isomer}: {'; '.join(dict.fromkeys(flaws))}")
    best, donor = min(intact, key=lambda pair: pair[0].energy)
    shell = shell_of(best.geometry, ligand.mol.GetNumAtoms())
    return Complex(best.geometry, donor, shell, len(roughs))
