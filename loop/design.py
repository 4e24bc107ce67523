"""The initial design: which molecules to measure while there is nothing to learn from yet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from loop.molecule import Molecule, similarities
from loop.records import Candidate, Pick

REASON = "initial design: farthest from the others"


def spread(candidates: Sequence[Candidate], n: int, asked: Sequence[Molecule], seed: int) -> list[Pick]:
    """Choose up to ``n`` candidates that resemble each other, and anything asked, as little as possible.

    MaxMin selection (Ashton et al., 10.1002/qsar.200290002): each pick is the candidate whose most similar
    neighbour among ``asked`` and the earlier picks is least similar (Tanimoto on Morgan bits). The first
    pick is drawn at random when nothing was asked.

    Parameters
    ----------
    candidates
        What to choose from; repeats and molecules already asked are passed over.
    n
        How many to choose; fewer come back when there are fewer.
    asked
        Molecules asked before.
    seed
        Decides the first pick and ties.

    Raises
    ------
    ValueError
        If ``n`` is negative.
    """
    if n < 0:
        raise ValueError(f"an initial design of {n} molecules was asked for; give 0 or more")
    fresh = {c.molecule: c for c in reversed(candidates) if c.molecule not in set(asked)}
    molecules = sorted(fresh)
    np.random.default_rng(seed).shuffle(molecules)
    nearest = np.zeros(len(molecules))
    for molecule in asked:
        nearest = np.maximum(nearest, similarities(molecule, molecules))
    picks: list[Pick] = []
    while len(picks) < min(n, len(molecules)):
        best = int(np.argmin(nearest))
        picks.append(Pick(fresh[molecules[best]], REASON))
        nearest = np.maximum(nearest, similarities(molecules[best], molecules))
        nearest[best] = np.inf
    return picks
