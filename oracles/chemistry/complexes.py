"""The lowest intact complexes of each denticity that GFN2/ALPB(water) finds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.distance import pdist

from loop.molecule import Molecule
from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import chelate, donors, hydrogen_bonds, monodentate, sites
from oracles.chemistry.account import Account
from oracles.chemistry.coordinated import Built, Complex, families
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

DONORS_APART = 0.4
"""In eV. Complexes with another donor are kept up to so far above the lowest: against B3LYP in C-PCM, GFN2
has nitriles 0.17 eV too strong, DMSO 0.24 eV too weak, and of one molecule, acesulfame, the oxygens of the
sulfonyl 0.5 eV too strong against that of the carbonyl."""

ALIKE = 3
"""Different donors of the same kind, or combinations of them, that are kept: of a sugar's hydroxyls the three
that GFN2 has lowest. Within a kind it errs by 0.1 eV (propane-1,2-diol 0.07 against 0.17, glycerol 0.01
against -0.03)."""

SAME_ENERGY, SAME_DISTANCES = 0.003, 0.1
"""In eV and angstrom: complexes nearer to each other are one, relaxed twice."""


@dataclass(frozen=True)
class Search:
    """How hard to look for the lowest complexes.

    Attributes
    ----------
    starts, starts_per_donor
        Starting geometries tried: at least so many in all, and at every donor.
    close_per_donor
        As many more at every donor where the waters touch the ligand.
    fine
        Intact complexes with one donor relaxed finely, and kept, for each donor.
    sites, starts_per_site
        Chelate sites tried for each denticity, the likeliest first, and starting geometries at each.
    fine_chelates
        As ``fine``, for each combination of more than one donor.
    """

    starts: int
    starts_per_donor: int
    close_per_donor: int
    fine: int
    sites: int
    starts_per_site: int
    fine_chelates: int


THOROUGH = Search(
    starts=8, starts_per_donor=4, close_per_donor=4, fine=4, sites=4, starts_per_site=3, fine_chelates=3
)
QUICK = Search(
    starts=4, starts_per_donor=2, close_per_donor=0, fine=1, sites=3, starts_per_site=1, fine_chelates=1
)


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
    tries = {1: _at_donors(ligand, ion, search)}
    if chelates:
        tries |= _at_sites(ligand, ion, search)
    found: list[Complex] = []
    flaws: dict[int, str] = {}
    for denticity, starts in tries.items():
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
    return Built(tuple(found), {n: len(starts) for n, starts in tries.items()}, flaws)


def _at_donors(ligand: Ligand, ion: Ion, search: Search) -> list[Geometry]:
    found = [d for d in donors.find(ligand.mol) if d.element in ion.contacts]
    conformers = ligand.conformers[:CONFORMERS]
    each = max(search.starts_per_donor, math.ceil(search.starts / len(found)))
    share = math.ceil(each / len(conformers))
    close = math.ceil(search.close_per_donor / len(conformers))
    return [s for d in found for c in conformers for s in monodentate.starts(c, d, ion, share, close)]


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
        if found and rough.energy - found[0].energy > DONORS_APART:
            break
        if not _wanted(ligand, ion, rough, found, fine_wanted):
            continue
        fine = tried(rough.geometry, fmax=FINE_FMAX, steps=FINE_STEPS)
        wrong = judged(ligand, ion, fine)
        if fine is None or wrong is not None:
            flaws.append(str(wrong))
            continue
        found.append(_as_found(ligand, ion, replace(fine, path=rough.path.then(fine.path))))
    kept = [c for family in families(found) for c in _diverse(ligand, family, fine_wanted)]
    return sorted(kept, key=lambda c: c.energy), "; ".join(dict.fromkeys(flaws))


def _diverse(ligand: Ligand, family: Sequence[Complex], n: int) -> list[Complex]:
    """So many of a family: the lowest of each way that hydrogen bonds can go, then those lowest in all."""
    distinct: list[Complex] = []
    for each in family:
        if not any(_equal(each, other) for other in distinct):
            distinct.append(each)
    first: dict[tuple[bool, bool], Complex] = {}
    for each in distinct:
        first.setdefault(hydrogen_bonds.between(each.geometry, ligand.mol), each)
    rest = [c for c in distinct if c not in first.values()]
    return [*first.values(), *rest][:n]


def _equal(one: Complex, other: Complex) -> bool:
    """Whether two relaxations ended in the same minimum, whichever water is where."""
    if abs(one.energy - other.energy) > SAME_ENERGY:
        return False
    apart = [np.sort(pdist(c.geometry.positions)) for c in (one, other)]
    return bool(np.abs(apart[0] - apart[1]).max() < SAME_DISTANCES)


def _wanted(ligand: Ligand, ion: Ion, rough: Relaxed, found: Sequence[Complex], each: int) -> bool:
    """Whether one more complex adds a donor, another way for hydrogen bonds to go, or is one of ``each``."""
    shell = _shell(ligand, ion, rough)
    bound = sorted(_classes(ligand, shell))
    same = [c for c in found if sorted(c.classes) == bound]
    if not same:
        kind = sorted(_kinds(ligand, shell))
        return len({tuple(sorted(c.classes)) for c in found if sorted(c.kinds) == kind}) < ALIKE
    bonds = hydrogen_bonds.between(rough.geometry, ligand.mol)
    known = {hydrogen_bonds.between(c.geometry, ligand.mol) for c in same}
    return len(same) < each or (each > 1 and bonds not in known)


def _as_found(ligand: Ligand, ion: Ion, relaxed: Relaxed) -> Complex:
    shell = _shell(ligand, ion, relaxed)
    kinds = _kinds(ligand, shell)
    classes = _classes(ligand, shell)
    return Complex(ion, relaxed.geometry, relaxed.energy, shell, kinds, classes, relaxed.path)


def _shell(ligand: Ligand, ion: Ion, relaxed: Relaxed) -> Shell:
    return shell_of(relaxed.geometry, ligand.mol, ion)


def _classes(ligand: Ligand, shell: Shell) -> tuple[int, ...]:
    classes = donors.classes(ligand.mol)
    return tuple(classes[k] for k in shell.ligand)


def _kinds(ligand: Ligand, shell: Shell) -> tuple[str, ...]:
    """Of each atom of the ligand in the shell; none of one without a lone pair, before that is judged."""
    kinds = {d.atom: d.kind for d in donors.every(ligand.mol)}
    return tuple(kinds.get(k, "") for k in shell.ligand)


def judged(ligand: Ligand, ion: Ion, relaxed: Relaxed | None) -> str | None:
    """Say what is wrong with a relaxed complex, or return ``None`` if nothing is."""
    if relaxed is None:
        return "the charges of GFN2-xTB did not converge"
    if not relaxed.converged:
        return "GFN2-xTB did not come to rest"
    if (wrong := flaw(ligand.mol, ligand.isomer, relaxed.geometry, ion)) is not None:
        return wrong
    known = {donor.atom for donor in donors.every(ligand.mol)}
    foreign = [relaxed.geometry.symbols[k] for k in _shell(ligand, ion, relaxed).ligand if k not in known]
    return f"{ion.symbol} went to {foreign[0]}, which has no lone pair to give" if foreign else None
