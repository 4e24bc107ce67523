"""Which of a molecule's complexes, that released different numbers of waters, deserves a better energy."""

from __future__ import annotations

from collections.abc import Sequence

from loop.molecule import parse
from oracles.chemistry import semiempirical
from oracles.chemistry.coordinated import Complex
from oracles.chemistry.ligand import prepare

MORE_DONORS, FEWER_DONORS = 0.2, 0.8
"""In eV. A complex so much above another by GFN2 is not the lowest by B3LYP-D3/def2-SVP in C-PCM either,
where it has more donors than the other, or fewer.

Energy of the chelate above the complex with one donor, zinc, by GFN2 and B3LYP: ethylenediamine -0.02 and
-0.08, aminoethanol 0.24 and 0.24, picolinamide 0.18 and 0.38, acetylacetone (diketone) 0.17 and 0.54, oxamide
0.30 and 0.71, malonic acid 0.36 and 0.72, glycol 0.48 and 0.70, glycine's carboxylate 0.49 and 1.00,
2-hydroxypyridine 0.52 and 1.05; diethylenetriamine -0.05 and 0.11, with three donors 0.10 and 0.46. GFN2
favours chelates by up to 0.5 eV, through oxygen most; against one it erred by 0.07 eV at most."""


def above_lowest(complexes: Sequence[Complex]) -> dict[str, float]:
    """Energy in eV of each denticity, the waters it released included, above the lowest by GFN2."""
    water = prepare(parse("O"), water=True).conformers[0]
    released = semiempirical.point(water, water=True).energy
    energies: dict[str, float] = {}
    for each in complexes:
        energy, n = each.energy + each.denticity * released, str(each.denticity)
        energies[n] = min(energy, energies.get(n, energy))
    return {n: energy - min(energies.values()) for n, energy in energies.items()}


def promising(families: Sequence[Sequence[Complex]]) -> list[Sequence[Complex]]:
    """The families, each of one denticity and lowest first, among which a better energy has to decide."""
    if len({family[0].denticity for family in families}) == 1:
        return list(families)
    above = above_lowest([family[0] for family in families])
    beaten = {n for n in above if any(_beaten(n, other, above) for other in above)}
    return [family for family in families if str(family[0].denticity) not in beaten]


def _beaten(one: str, other: str, above: dict[str, float]) -> bool:
    margin = MORE_DONORS if int(one) > int(other) else FEWER_DONORS
    return above[one] - above[other] > margin
