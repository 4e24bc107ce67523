"""Endless attempts at molecules, from the prior, around molecules, between two, and towards properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from generators.latent import TRUST_REGION
from generators.latent.points import at_random, between, step, write
from generators.latent.toward import Wish, toward
from generators.latent.weights import Trained
from loop.molecule import Molecule
from loop.records import Candidate

BATCH, WISHED = 512, 128
"""Points that are written together."""

ON_THE_WAY = 32
"""Points between two molecules."""

WANDER = 0.5
"""Length (L2) of the random step beside the way between two molecules, in its second round and later, times
the number of the round."""


def prior(trained: Trained, seed: int) -> Iterator[Candidate | None]:
    """Draws from the prior."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        for molecule in write(trained, at_random(trained, BATCH, generator)):
            yield Candidate(molecule, "prior") if molecule else None


def near(
    trained: Trained, parents: Sequence[Molecule], points: Tensor, radii: Tensor, seed: int
) -> Iterator[Candidate | None]:
    """Steps from the parents' points, each parent in turn.

    Parameters
    ----------
    points
        Where the parents are, shape ``(n, latent)``.
    radii
        Mean length (L2) of a step from each, shape ``(n,)``.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.arange(BATCH)
    while True:
        which = chosen % len(parents)
        there = step(points[which], radii[which, None], generator)
        for k, molecule in zip(which.tolist(), write(trained, there), strict=True):
            yield Candidate(molecule, TRUST_REGION, parents[k].smiles) if molecule else None
        chosen = chosen + BATCH


def on_the_way(
    trained: Trained, parents: Sequence[Molecule], points: Tensor, seed: int
) -> Iterator[Candidate | None]:
    """Points between pairs of parents, each pair in turn, then beside the way, ever farther.

    The parent of a candidate is the one nearer to its point.
    """
    generator = torch.Generator().manual_seed(seed)
    pairs = [(a, b) for a in range(len(parents)) for b in range(a)]
    number = 0
    while pairs:
        order = torch.randperm(len(pairs), generator=generator).tolist()
        for a, b in (pairs[k] for k in order):
            way = between(points[a], points[b], ON_THE_WAY + 2)[1:-1]
            there = step(way, WANDER * number, generator) if number else way
            for k, molecule in enumerate(write(trained, there)):
                parent = parents[a if k < ON_THE_WAY / 2 else b]
                yield Candidate(molecule, "between", parent.smiles) if molecule else None
        number += 1


def wished(trained: Trained, wishes: Mapping[str, Wish], seed: int) -> Iterator[Candidate | None]:
    """Draws from the prior that were led to properties as wished; ``None`` where that took too long."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        points, fulfilled = toward(trained, wishes, WISHED, generator)
        for molecule, good in zip(write(trained, points), fulfilled, strict=True):
            yield Candidate(molecule, "wanted") if molecule and good else None
