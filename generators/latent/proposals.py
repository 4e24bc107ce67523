"""What an autoencoder proposes: molecules around the incumbents, and around known compounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from generators.corpus.admission import admit
from generators.corpus.entries import corpus
from generators.corpus.shelf import shelf_of
from generators.latent.grammar import flat
from generators.latent.neighbourhood import invert, locate, step, write
from generators.latent.weights import Trained, in_double
from loop.molecule import Limits, Molecule
from loop.objective import FloatArray
from loop.records import Candidate

BATCH = 512
ANCHORS = 1000
"""Most compounds of the corpus that stand for the prior in one call; fewer leave fewer known compounds among
the proposals, more leave them easier to make (novel 75 % and SA 3.2 at 400, 59 % and 3.0 at 1000)."""

PATIENCE = 12
"""Latent points tried per molecule asked for, before fewer are returned."""


def propose(
    trained: Trained,
    incumbents: Sequence[Molecule],
    n: int,
    limits: Limits,
    seed: int,
    radius: float,
    prior_share: float,
) -> list[Candidate]:
    """Propose ``n`` molecules inside ``limits``, fewer if ``12 n`` latent points do not hold as many.

    Parameters
    ----------
    radius
        Mean L2 distance in the latent space between a proposal and its parent.
    prior_share
        Share of the proposals drawn from the prior where there are incumbents.
    """
    taken = {*incumbents, *map(flat, incumbents)}
    parents = [molecule for molecule in incumbents if trained.codec.knows(molecule)]
    near = n - round(n * prior_share) if parents else 0
    found = admit(_near(parents, trained, radius, seed), near, limits, taken, PATIENCE * near)
    prior, far = _prior(trained, n, limits, radius, seed), n - len(found)
    return found + admit(prior, far, limits, taken, PATIENCE * far)


def embed(trained: Trained, molecules: Sequence[Molecule]) -> FloatArray:
    """Posterior means, shape ``(n, latent)``, NaN where the vocabulary cannot spell a molecule.

    Worked out in float64 and rounded to float32, so that a point does not depend on those it is asked with.
    """
    trained = in_double(trained)
    points = np.full((len(molecules), trained.network.shape.latent), np.nan, dtype=np.float32)
    known = [i for i, molecule in enumerate(molecules) if trained.codec.knows(molecule)]
    for some in (known[k : k + BATCH] for k in range(0, len(known), BATCH)):
        points[some] = locate(trained, [molecules[i] for i in some]).float().numpy()
    return points.astype(np.float64)


def _near(
    parents: Sequence[Molecule], trained: Trained, radius: float, seed: int
) -> Iterator[Candidate | None]:
    points = invert(trained, parents)
    for index, molecule in _walk(trained, points, radius, seed):
        yield Candidate(molecule, "trust region", parents[index].smiles) if molecule else None


def _prior(trained: Trained, n: int, limits: Limits, radius: float, seed: int) -> Iterator[Candidate | None]:
    shelf = shelf_of(corpus(), limits)
    inside = (shelf.molecule(index) for index in shelf.draw(np.random.default_rng(seed)))
    anchors = [m for m in islice(inside, min(ANCHORS, 2 * n)) if m and trained.codec.knows(m)]
    points = locate(trained, anchors) if anchors else torch.zeros(1, trained.network.shape.latent)
    for _, molecule in _walk(trained, points, radius, seed + 1):
        yield Candidate(molecule, "prior") if molecule else None


def _walk(
    trained: Trained, points: Tensor, radius: float, seed: int
) -> Iterator[tuple[int, Molecule | None]]:
    """Yield molecules around randomly chosen points without end, each with the number of its point."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        chosen = torch.randint(len(points), (BATCH,), generator=generator)
        yield from zip(chosen.tolist(), write(trained, step(points[chosen], radius, generator)), strict=True)
