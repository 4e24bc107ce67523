"""The lowest intact complexes of each denticity that GFN2/ALPB(water) finds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from loop.molecule import Molecule
from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import bridges, chelate, donors, hops, hydrogen_bonds, monodentate, sites
from oracles.chemistry.account import Account
from oracles.chemistry.coordinated import MINIMA_APART, Built, Complex, families
from oracles.chemistry.donors import Donor
from oracles.chemistry.geometry import Geometry, apart
from oracles.chemistry.ions import Ion
from oracles.chemistry.ligand import Ligand, prepare
from oracles.chemistry.semiempirical import Relaxed, tried
from oracles.chemistry.shell import Shell, flaw, rearranged, shell_of
from oracles.chemistry.sites import Site
from oracles.contained import abreast

FMAX, STEPS = 0.02, 400
"""Largest force left on an atom in eV/angstrom, and steps."""

DONORS_APART = 0.4
"""In eV. Complexes with another donor are kept up to so far above the lowest: against B3LYP in C-PCM, GFN2
has nitriles 0.17 eV too strong, DMSO 0.24 eV too weak, and of one molecule, acesulfame, the oxygens of the
sulfonyl 0.5 eV too strong against that of the carbonyl."""

ALIKE = 3
"""Different donors of the same kind, or combinations of them, that are kept: of a sugar's hydroxyls the three
that GFN2 has lowest. Within a kind it errs by 0.1 eV (propane-1,2-diol 0.07 against 0.17, glycerol 0.01
against -0.03)."""

AGAIN = 3
"""Times as many starts at every donor, where of the first ones none stays intact: of twelve of DMSO at Na+,
which GFN2 likes to leave without one or two of its waters, four do, and not one of the first four."""

SAME_ENERGY, SAME_DISTANCES = 0.003, 0.1
"""In eV and angstrom: complexes nearer to each other are one, relaxed twice."""


@dataclass(frozen=True)
class Search:
    """How hard to look for the lowest complexes.

    Attributes
    ----------
    conformers
        Of the ligand, lowest first: each is tried at every donor.
    starts, starts_per_donor
        Starting geometries tried: at least so many in all, and at every donor.
    kept
        Minima with one donor that are kept, for each donor.
    sites, starts_per_site
        Chelate sites tried for each denticity, the likeliest first, and starting geometries at each.
    kept_chelates
        As ``kept``, for each combination of more than one donor.
    hops, hops_chelates
        New starts from the lowest complex of each donor, and of each combination of them: these are stiffer.
    bridges, starts_per_bridge
        Atoms that a bound water holds on to, for each donor and each chelate site, the nearest first, and
        starting geometries for each.
    """

    conformers: int
    starts: int
    starts_per_donor: int
    kept: int
    sites: int
    starts_per_site: int
    kept_chelates: int
    hops: int
    hops_chelates: int
    bridges: int
    starts_per_bridge: int


THOROUGH = Search(
    conformers=6,
    starts=8,
    starts_per_donor=2,
    kept=4,
    sites=4,
    starts_per_site=2,
    kept_chelates=3,
    hops=8,
    hops_chelates=4,
    bridges=6,
    starts_per_bridge=1,
)
QUICK = Search(
    conformers=2,
    starts=4,
    starts_per_donor=2,
    kept=1,
    sites=3,
    starts_per_site=1,
    kept_chelates=1,
    hops=0,
    hops_chelates=0,
    bridges=0,
    starts_per_bridge=0,
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
    singles: list[Relaxed] = []
    tries = {1: _at_donors(ligand, ion, search) + _bridged_at_donors(ligand, ion, search)}
    if chelates:
        tries |= _at_sites(ligand, ion, search)
    found: list[Complex] = []
    others: list[Complex] = []
    flaws: dict[int, str] = {}
    for denticity, starts in tries.items():
        each = search.kept if denticity == 1 else search.kept_chelates
        ends = _ends(starts)
        intact, wrong = _intact(ligand, ion, ends)
        if not intact and denticity == 1:
            more = _at_donors(ligand, ion, search, AGAIN)
            tries[denticity] = starts + more
            singles = _ends(more)
            intact, wrong = _intact(ligand, ion, singles)
            singles += ends
        if not intact:
            flaws[denticity] = wrong
        for family in _families(intact):
            _hop(ligand, ion, family[0], search.hops if denticity == 1 else search.hops_chelates, intact)
        chosen = [c for family in _families(intact) for c in _diverse(ligand, family, each)]
        found += sorted(chosen, key=lambda c: c.energy)
        others += [c for c in intact if c not in chosen]
    # A weak donor that does not come as near as others do binds weakly, which is an answer. One that reacts
    # where it comes near is no weak one.
    weak = not found and not any(rearranged(ligand.mol, ligand.isomer, end.geometry) for end in singles)
    if weak:
        intact, _ = _intact(ligand, ion, singles, weak=True)
        found = [c for family in _families(intact) for c in _diverse(ligand, family, search.kept)]
        others = [c for c in intact if c not in found]
    if not found and set(flaws.values()) == {""}:
        raise ConvergenceError(f"GFN2-xTB converged for no complex of {ligand.isomer}")
    if not found:
        raise RejectedError(
            f"no intact complex of {ligand.isomer}: {'; '.join(filter(None, flaws.values()))}"
        )
    return Built(tuple(found), tuple(others), {n: len(starts) for n, starts in tries.items()}, flaws, weak)


def _at_donors(ligand: Ligand, ion: Ion, search: Search, times: int = 1) -> list[Geometry]:
    """Starts at every donor; with ``times`` > 1 those that come after the first ones."""
    found = _donors(ligand, ion)
    conformers = ligand.conformers[: search.conformers]
    each = max(search.starts_per_donor, math.ceil(search.starts / len(found)))
    share = math.ceil(each / len(conformers))
    first = 0 if times == 1 else share
    return [
        s for d in found for c in conformers for s in monodentate.starts(c, d, ion, share * times)[first:]
    ]


def _bridged_at_donors(ligand: Ligand, ion: Ion, search: Search) -> list[Geometry]:
    return [s for d in _donors(ligand, ion) for s in _bridged(ligand, ion, (d,), search)]


def _donors(ligand: Ligand, ion: Ion) -> list[Donor]:
    return [d for d in donors.find(ligand.mol) if d.element in ion.contacts]


def _at_sites(ligand: Ligand, ion: Ion, search: Search) -> dict[int, list[Geometry]]:
    """Denticity -> starts; no key where there is none."""
    found: dict[int, list[list[Geometry]]] = {}
    for site in sites.sites(ligand.mol):
        of_its_kind = found.setdefault(len(site), [])
        if len(of_its_kind) < search.sites and (
            starts := chelate.starts(ligand.mol, site, ion, search.starts_per_site)
        ):
            of_its_kind.append(starts + _bridged(ligand, ion, site, search))
    return {n: [s for starts in all_of for s in starts] for n, all_of in sorted(found.items()) if all_of}


def _bridged(ligand: Ligand, ion: Ion, site: Site, search: Search) -> list[Geometry]:
    """Starts with a water that binds the ion beside the site, and another atom of the molecule."""
    found: list[Geometry] = []
    bridged = 0
    for bridge in bridges.bridges(ligand.mol, site):
        if bridged == search.bridges:
            break
        starts = bridges.starts(ligand.mol, bridge, ion, search.starts_per_bridge)
        bridged += bool(starts)
        found += starts
    return found


def _ends(starts: list[Geometry]) -> list[Relaxed]:
    """What starts relax to, but those for which GFN2 does not converge."""
    return [end for end in abreast.answers(_relaxed, starts) if end is not None]


def _intact(
    ligand: Ligand, ion: Ion, ends: Sequence[Relaxed], *, weak: bool = False
) -> tuple[list[Complex], str]:
    """Different minima that are intact, lowest first, and what is wrong with the others.

    The latter is empty if GFN2 converged for none.
    """
    flaws: list[str] = []
    found: list[Complex] = []
    for end in sorted(ends, key=lambda r: r.energy):
        if (wrong := judged(ligand, ion, end, weak=weak)) is not None:
            flaws.append(wrong)
        elif not _known(each := _as_found(ligand, ion, end), found):
            found.append(each)
    return found, "; ".join(dict.fromkeys(flaws))


def _hop(ligand: Ligand, ion: Ion, lowest: Complex, n: int, found: list[Complex]) -> None:
    """Go from the lowest complex with some donors to lower ones, and add every new minimum to those found."""
    rng = np.random.default_rng(hops.SEED)
    k = 0
    while k < n:
        starts, states = [], []
        for ahead in range(k, min(n, k + abreast.allowed())):
            starts.append(hops.hop(lowest, ligand.mol, ahead, rng))
            states.append(rng.bit_generator.state)
        with closing(abreast.each(_relaxed, starts)) as ends:
            for state, end in zip(states, ends, strict=True):
                k += 1
                new = _new(ligand, ion, end(), found)
                if new is None:
                    continue
                found.append(new)
                if sorted(new.classes) == sorted(lowest.classes) and new.energy < lowest.energy:
                    # Hops that are ahead began elsewhere, and are not what one after the other would be.
                    lowest, rng.bit_generator.state = new, state
                    break


def _relaxed(start: Geometry) -> Relaxed | None:
    return tried(start, fmax=FMAX, steps=STEPS, soft=True)


def _new(ligand: Ligand, ion: Ion, end: Relaxed | None, found: Sequence[Complex]) -> Complex | None:
    """What a hop ended in, if that is intact and not known yet."""
    if end is None or judged(ligand, ion, end) is not None:
        return None
    reached = _as_found(ligand, ion, end)
    return None if _known(reached, found) else reached


def _families(intact: Sequence[Complex]) -> list[Sequence[Complex]]:
    """The families that are looked at, of each kind of donor those that GFN2 has lowest."""
    found: list[Sequence[Complex]] = []
    of_kind: Counter[tuple[str, ...]] = Counter()
    for family in families(intact):
        kind = tuple(sorted(family[0].kinds))
        near = not found or family[0].energy - found[0][0].energy < DONORS_APART
        if near and of_kind[kind] < ALIKE:
            of_kind[kind] += 1
            found.append(family)
    return found


def _diverse(ligand: Ligand, family: Sequence[Complex], n: int) -> list[Complex]:
    """So many of a family: the lowest of each way that hydrogen bonds can go, then those lowest in all."""
    near = [c for c in family if c.energy - family[0].energy < MINIMA_APART]
    first: dict[hydrogen_bonds.Pattern, Complex] = {}
    for each in near:
        first.setdefault(hydrogen_bonds.between(each.geometry, ligand.mol), each)
    rest = [c for c in near if c not in first.values()]
    return [*first.values(), *rest][:n]


def _known(one: Complex, others: Sequence[Complex]) -> bool:
    return any(_equal(one, other) for other in others)


def _equal(one: Complex, other: Complex) -> bool:
    """Whether two relaxations ended in the same minimum, whichever water is where."""
    if abs(one.energy - other.energy) > SAME_ENERGY:
        return False
    return apart(one.geometry, other.geometry) < SAME_DISTANCES


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


def judged(ligand: Ligand, ion: Ion, relaxed: Relaxed | None, *, weak: bool = False) -> str | None:
    """Say what is wrong with a relaxed complex, ``None`` if nothing is; ``weak`` as for :func:`flaw`."""
    if relaxed is None:
        return "the charges of GFN2-xTB did not converge"
    if not relaxed.converged:
        return "GFN2-xTB did not come to rest"
    if (wrong := flaw(ligand.mol, ligand.isomer, relaxed.geometry, ion, weak=weak)) is not None:
        return wrong
    known = {donor.atom for donor in donors.every(ligand.mol)}
    foreign = [relaxed.geometry.symbols[k] for k in _shell(ligand, ion, relaxed).ligand if k not in known]
    return f"{ion.symbol} went to {foreign[0]}, which has no lone pair to give" if foreign else None
