"""Which of a molecule's complexes, that released different numbers of waters, deserves a better energy."""

from __future__ import annotations

from collections.abc import Sequence

from loop.molecule import parse
from oracles.chemistry import semiempirical
from oracles.chemistry.coordinated import Complex
from oracles.chemistry.ligand import prepare

MARGIN = 0.4
"""TO BE MEASURED"""


def above_lowest(complexes: Sequence[Complex]) -> dict[str, float]:
    """Energy in eV of each denticity, the waters it released included, above the lowest by GFN2."""
    water = prepare(parse("O"), water=True).conformers[0]
    released = semiempirical.point(water, water=True).energy
    energies = {str(c.denticity): c.energy + c.denticity * released for c in complexes}
    return {n: energy - min(energies.values()) for n, energy in energies.items()}


def promising(complexes: Sequence[Complex]) -> list[Complex]:
    """The complexes among which a better energy has to decide."""
    above = above_lowest(complexes)
    return [c for c in complexes if above[str(c.denticity)] <= MARGIN]
