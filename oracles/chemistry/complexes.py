"""The lowest intact complexes of each denticity that GFN2/ALPB(water) finds."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from loop.molecule import Molecule
from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import chelate, donors, monodentate, sites
from oracles.chemistry.account import Account
from oracles.chemistry.coordinated import Built, Complex
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.ligand import Ligand, prepare
from oracles.chemistry.semiempirical import Relaxed, tried
from oracles.chemistry.shell import Shell, flaw, shell_of

CONFORMERS = 2
"""Ligand conformers tried at every donor, lowest first."""

ROUGH_FMAX, ROUGH_STEPS = 0.05, 150
FINE_FMAX, FINE_STEPS = 0.02, 300
"""Forces in eV/angstrom. Every start is relaxed roughly, the lowest finely: below 0.05 a complex
still gains up to 0.1 eV, because the waters turn almost freely."""

KINDS_APART = 0.4
"""In eV. Complexes with another kind of donors are kept up to so far above the lowest: against B3LYP in
C-PCM, GFN2 has nitriles 0.17 eV too strong and DMSO 0.24 eV too weak."""


@dataclass(frozen=True)
class Search:
    """How hard to look for the lowest complexes.

    Attributes
    ----------
    starts, starts_per_donor
        Starting geometries tried: at least so many in all, and at every donor.
    fine
        Intact complexes with one donor relaxed finely, and kept, for each kind of donor.
    sites, starts_per_site
        Chelate sites tried for each denticity, the likeliest first, and starting geometries at each.
    fine_chelates
        As ``fine``, for more than one donor and each combination of kinds.
    """

    starts: int
    starts_per_donor: int
    fine: int
    sites: int
    starts_per_site: int
    fine_chelates: int


THOROUGH = Search(starts=8, starts_per_donor=4, fine=4, sites=4, starts_per_site=3, fine_chelates=3)
QUICK = Search(starts=4, starts_per_donor=2, fine=1, sites=3, starts_per_site=1, fine_chelates=1)


def sought(
    molecule: Molecule, ion: Ion, account: Account, search: Search = THOROUGH, *, chelates: bool = True
) -> tuple[Ligand, Built]:
    """The molecule in water and its complexes; raises what :func:`prepare` and :func:`build` raise."""
    ligand = prepare(molecule, water=True, account=account)
    with account.one("complexes", ligand.path.level) as starts:
        built = build(ligand, ion, search, chelates=chelates)
        starts.extend(built.starts.values())
    return ligand, built


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
        wanted = search.fine if denticity == 1 else search.fine_chelates
        intact, wrong = _lowest_intact(ligand, ion, starts, wanted)
        found += intact
        if not intact:
            flaws[denticity] = wrong
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


def _lowest_intact(
    ligand: Ligand, ion: Ion, starts: list[Geometry], fine_wanted: int
) -> tuple[list[Complex], str]:
    """Some intact complexes, lowest first, and what became of others: empty if GFN2 converged for none."""
    roughs = [r for s in starts if (r := tried(s, fmax=ROUGH_FMAX, steps=ROUGH_STEPS)) is not None]
    flaws: list[str] = []
    found: list[Complex] = []
    for rough in sorted(roughs, key=lambda r: r.energy):
        kinds = sorted(_kinds(ligand, rough, _shell(ligand, ion, rough)))
        alike = [c for c in found if sorted(c.kinds) == kinds]
        high = bool(found) and rough.energy - found[0].energy > KINDS_APART
        if len(alike) >= fine_wanted or high:
            continue
        fine = tried(rough.geometry, fmax=FINE_FMAX, steps=FINE_STEPS)
        wrong = judged(ligand, ion, fine)
        if fine is None or wrong is not None:
            flaws.append(str(wrong))
            continue
        found.append(_as_found(ligand, ion, replace(fine, path=rough.path.then(fine.path))))
    return sorted(found, key=lambda c: c.energy), "; ".join(dict.fromkeys(flaws))


def _as_found(ligand: Ligand, ion: Ion, relaxed: Relaxed) -> Complex:
    shell = _shell(ligand, ion, relaxed)
    kinds = _kinds(ligand, relaxed, shell)
    return Complex(ion, relaxed.geometry, relaxed.energy, shell, kinds, relaxed.path)


def _shell(ligand: Ligand, ion: Ion, relaxed: Relaxed) -> Shell:
    return shell_of(relaxed.geometry, ligand.mol.GetNumAtoms(), ion)


def _kinds(ligand: Ligand, relaxed: Relaxed, shell: Shell) -> tuple[str, ...]:
    kinds = {d.atom: d.kind for d in donors.every(ligand.mol)}
    named = (kinds.get(k, f"other {relaxed.geometry.symbols[k]}") for k in shell.ligand)
    return tuple(named)


def judged(ligand: Ligand, ion: Ion, relaxed: Relaxed | None) -> str | None:
    """Say what is wrong with a relaxed complex, or return ``None`` if nothing is."""
    if relaxed is None:
        return "the charges of GFN2-xTB did not converge"
    if not relaxed.converged:
        return "GFN2-xTB did not come to rest"
    return flaw(ligand.mol, ligand.isomer, relaxed.geometry, ion)
