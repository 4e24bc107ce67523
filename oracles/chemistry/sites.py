"""Which donors of a molecule can hold one ion together."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations

from rdkit import Chem
from rdkit.Chem.rdchem import Mol

from oracles.chemistry.donors import DONORS, NITRO, Donor, classes, every
from oracles.chemistry.geometry import FloatArray

Site = tuple[Donor, ...]
"""Donors that bind one ion together, in the order of the chain they are part of."""

BONDS = (3, 4)
"""Bonds between two donors whose chelate is a ring of five or six atoms."""

NARROW = 2
"""Bonds between donors of a ring of four: tried where one is an anion's, as in carboxylates and nitro groups.
For neutral ones it is a waste: that of 2-hydroxypyridine lies 1.05 eV above one donor, sulfones form none."""

KINDS = tuple(DONORS)


def sites(mol: Mol) -> tuple[Site, ...]:
    """Chelate sites of a molecule (hydrogens explicit), one per symmetry class, the likeliest first.

    Pairs are three or four bonds apart, or two where one is an anion's. Triples are donors of one chain, each
    pair of neighbours in a ring of five or six with the ion: the middle one is between the others, as in
    diethylenetriamine and diglyme and not in glycerol. Rings of five come first, those of four last.
    """
    donors, apart = every(mol), Chem.GetDistanceMatrix(mol)
    same = classes(mol)
    found: dict[tuple[object, ...], Site] = {}
    for site in (*combinations(donors, 2), *_chains(donors, apart)):
        if all(_reach(a, b, apart) for a, b in pairwise(site)):
            key = (tuple(sorted(same[d.atom] for d in site)), _spans(site, apart))
            found.setdefault(key, site)
    return tuple(sorted(found.values(), key=lambda site: _rank(site, apart)))


def _reach(a: Donor, b: Donor, apart: FloatArray) -> bool:
    bonds = apart[a.atom, b.atom]
    narrow = any("anionic" in d.kind for d in (a, b)) or a.kind == b.kind == NITRO
    return bonds in BONDS or (bonds == NARROW and narrow)


def _chains(donors: tuple[Donor, ...], apart: FloatArray) -> list[Site]:
    chains: list[Site] = []
    for a, b, c in permutations(donors, 3):
        first, second = apart[a.atom, b.atom], apart[b.atom, c.atom]
        if a.atom < c.atom and min(first, second) > 2 and apart[a.atom, c.atom] == first + second:
            chains.append((a, b, c))
    return chains


def _spans(site: Site, apart: FloatArray) -> tuple[int, ...]:
    return tuple(sorted(int(apart[a.atom, b.atom]) for a, b in combinations(site, 2)))


def _rank(site: Site, apart: FloatArray) -> tuple[int, ...]:
    spans = [int(apart[a.atom, b.atom]) for a, b in pairwise(site)]
    return (sum((2, 0, 1)[s - 2] for s in spans), sum(KINDS.index(d.kind) for d in site), site[0].atom)
