"""The initial design: which molecules to measure while there is nothing to learn from yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from loop.molecule import Molecule, similarities
from loop.records import Candidate, Pick

Design = Callable[[Sequence[Candidate], int, Sequence[Molecule], int], list[Pick]]
"""Candidates, how many, what was asked before and a seed, to an initial design."""

REASON = "initial design: stands for many others"

CROWD = 1000
"""Candidates looked at; more change the choice little and cost the square."""


def representative(
    candidates: Sequence[Candidate], n: int, asked: Sequence[Molecule], seed: int
) -> list[Pick]:
    """Choose up to ``n`` candidates that together stand for all of them.

    Greedy facility location (Nemhauser et al., 10.1007/BF01588971): each pick raises most the similarity
    (Tanimoto on Morgan bits), summed over all candidates, to the nearest of ``asked`` and the picks. Spread
    follows, as a second pick of one kind gains nothing, and oddities are left for later, as they stand for
    themselves alone; farthest-point selection begins with them (``benchmarks/designs.py`` compares).

    Parameters
    ----------
    candidates
        What to choose from; repeats and molecules already asked are passed over.
    n
        How many to choose; fewer come back when there are fewer.
    asked
        Molecules asked before.
    seed
        Decides which candidates are looked at where there are more than ``CROWD``, and ties.

    Raises
    ------
    ValueError
        If ``n`` is negative.
    """
    fresh = _fresh(candidates, n, asked)
    shuffled = np.random.default_rng(seed).permutation(len(fresh))
    fresh = [fresh[i] for i in shuffled[: max(CROWD, n)]]
    molecules = [c.molecule for c in fresh]
    nearest = np.zeros(len(molecules))
    for molecule in asked:
        nearest = np.maximum(nearest, similarities(molecule, molecules))
    alike = np.array([similarities(m, molecules) for m in molecules]).reshape(len(molecules), len(molecules))
    picks: list[Pick] = []
    taken: list[int] = []
    while len(picks) < min(n, len(molecules)):
        rise = np.maximum(alike - nearest, 0.0).sum(axis=1)
        rise[taken] = -1.0
        best = int(np.argmax(rise))
        picks.append(Pick(fresh[best], REASON))
        taken.append(best)
        nearest = np.maximum(nearest, alike[best])
    return picks


def at_random(candidates: Sequence[Candidate], n: int, asked: Sequence[Molecule], seed: int) -> list[Pick]:
    """Draw up to ``n`` candidates that were not asked before; what simulations begin with.

    Raises
    ------
    ValueError
        If ``n`` is negative.
    """
    fresh = _fresh(candidates, n, asked)
    drawn = np.random.default_rng(seed).permutation(len(fresh))[:n]
    return [Pick(fresh[i], "initial design: drawn at random") for i in drawn]


def _fresh(candidates: Sequence[Candidate], n: int, asked: Sequence[Molecule]) -> list[Candidate]:
    """Candidates not asked before, each molecule once, in an order that does not depend on theirs."""
    if n < 0:
        raise ValueError(f"an initial design of {n} molecules was asked for; give 0 or more")
    known = set(asked)
    unique = {c.molecule: c for c in reversed(candidates) if c.molecule not in known}
    return [unique[molecule] for molecule in sorted(unique)]
