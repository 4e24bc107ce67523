"""The lowest intact complex of each denticity that GFN2/ALPB(water) finds."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import chelate, donors, monodentate, sites
from oracles.chemistry.coordinated import Built, Complex
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.ligand import Ligand
from oracles.chemistry.semiempirical import Relaxed, tried
from oracles.chemistry.shell import flaw, shell_of

CONFORMERS = 2
"""Ligand conformers tried at every donor, lowest first."""

ROUGH_FMAX, ROUGH_STEPS = 0.05, 150
FINE_FMAX, FINE_STEPS = 0.02, 300
"""Forces in eV/angstrom. Every start is relaxed roughly, the lowest finely: below 0.05 a complex
still gains up to 0.1 eV, because the waters turn almost freely."""


@dataclass(frozen=True)
class Search:
    """How hard to look for the lowest complex.

    Attributes
    ----------
    starts, starts_per_donor
        Starting geometries tried: at least so many in all, and at every donor.
    fine
        Intact complexes of one denticity relaxed finely.
    sites, starts_per_site
        Chelate sites tried for each denticity, the likeliest first, and starting geometries at each.
    fine_chelates
        As ``fine``, for more than one donor.
    """

    starts: int
    starts_per_donor: int
    fine: int
    sites: int
    starts_per_site: int
    fine_chelates: int


THOROUGH = Search(starts=8, starts_per_donor=4, fine=3, sites=4, starts_per_site=3, fine_chelates=2)
QUICK = Search(starts=4, starts_per_donor=2, fine=1, sites=3, starts_per_site=1, fine_chelates=1)


def build(ligand: Ligand, ion: Ion, search: Search = THOROUGH, *, chelates: bool = True) -> Built:
    """Try every donor (there must be one) and the likeliest chelate sites, keep the lowest intact complexes.

    Raises
    ------
    ConvergenceError
        If the charges of GFN2 do not converge for any start.
    RejectedError
        If every complex fell apart, rearranged or bound with more or fewer atoms than it was built for.
    """
    families = {1: _at_donors(ligand, ion, search)}
    if chelates:
        families |= _at_sites(ligand, ion, search)
    found: list[Complex] = []
    flaws: dict[int, str] = {}
    for denticity, starts in families.items():
        lowest = _lowest_intact(ligand, ion, starts, search.fine if denticity == 1 else search.fine_chelates)
        if isinstance(lowest, Complex):
            found.append(lowest)
        else:
            flaws[denticity] = lowest
    if not found and set(flaws.values()) == {""}:
        raise ConvergenceError(f"GFN2-xTB converged for no complex of {ligand.isomer}")
    if not found:
        raise RejectedError(
            f"no intact complex of {ligand.isomer}: {'; '.join(filter(None, flaws.values()))}"
        )
    return Built(tuple(found), {n: len(starts) for n, starts in families.items()}, flaws)


def _at_donors(ligand: Ligand, ion: Ion, search: Search) -> list[Geometry]:
    found = [d for d in donors.find(ligand.mol) if d.element in ion.contacts]
    conformers = ligand.conformers[:CONFORMERS]
    each = max(search.starts_per_donor, math.ceil(search.starts / len(found)))
    share = math.ceil(each / len(conformers))
    return [s for d in found for c in conformers for s in monodentate.starts(c, d, ion, share)]


def _at_sites(ligand: Ligand, ion: Ion, search: Search) -> dict[int, list[Geometry]]:
    """Denticity -> starts; no key where there is none."""
    found: dict[int, list[list[Geometry]]] = {}
    for site in sites.sites(ligand.mol):
        of_its_kind = found.setdefault(len(site), [])
        if len(of_its_kind) < search.sites and (
            starts := chelate.starts(ligand.mol, site, ion, search.starts_per_site)
        ):
            of_its_kind.append(starts)
    return {n: [s for starts in all_of for s in starts] for n, all_of in sorted(found.items()) if all_of}


def _lowest_intact(ligand: Ligand, ion: Ion, starts: list[Geometry], fine_wanted: int) -> Complex | str:
    """The lowest intact complex, or what became of the starts: empty if GFN2 converged for none."""
    roughs = [r for s in starts if (r := tried(s, fmax=ROUGH_FMAX, steps=ROUGH_STEPS)) is not None]
    flaws: list[str] = []
    intact: list[Relaxed] = []
    for rough in sorted(roughs, key=lambda r: r.energy):
        fine = tried(rough.geometry, fmax=FINE_FMAX, steps=FINE_STEPS)
        wrong = judged(ligand, ion, fine)
        if fine is None or wrong is not None:
            flaws.append(str(wrong))
            continue
        intact.append(replace(fine, path=rough.path.then(fine.path)))
        if len(intact) == fine_wanted:
            break
    if not intact:
        return "; ".join(dict.fromkeys(flaws))
    return _as_found(ligand, ion, min(intact, key=lambda r: r.energy))


def _as_found(ligand: Ligand, ion: Ion, relaxed: Relaxed) -> Complex:
    shell = shell_of(relaxed.geometry, ligand.mol.GetNumAtoms(), ion)
    kinds = {d.atom: d.kind for d in donors.every(ligand.mol)}
    named = tuple(kinds.get(k, f"other {relaxed.geometry.symbols[k]}") for k in shell.ligand)
    return Complex(ion, relaxed.geometry, relaxed.energy, shell, named, relaxed.path)


def judged(ligand: Ligand, ion: Ion, relaxed: Relaxed | None) -> str | None:
    """Say what is wrong with a relaxed complex, or return ``None`` if nothing is."""
    if relaxed is None:
        return "the charges of GFN2-xTB did not converge"
    if not relaxed.converged:
        return "GFN2-xTB did not come to rest"
    return flaw(ligand.mol, ligand.isomer, relaxed.geometry, ion)
