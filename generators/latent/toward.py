"""Points that are written as molecules whose properties are believed to be as wished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generators.evaluation.accessibility import synthetic_accessibility
from generators.latent import RADIUS, SA
from generators.latent.points import at_random, means, step, write
from generators.latent.weights import Trained
from loop.molecule import Molecule

STEPS = 24
"""Most steps of each walk."""


@dataclass(frozen=True)
class Wish:
    """A property as it should be: about ``value``, give or take ``width``, in its unit."""

    value: float
    width: float


def toward(
    trained: Trained, wishes: Mapping[str, Wish], n: int, generator: torch.Generator
) -> tuple[Tensor, list[bool]]:
    """Walk from the prior until properties are as wished; points, shape ``(n, latent)``, and which are.

    What a point of the prior is written as lies elsewhere in the encoder's eyes, and what is read off the
    point itself says little of it (with the shipped weights it correlates with SA by 0.3, what is read where
    the encoder puts the molecule by 0.8). So each step goes from there and is written and read again; it is
    taken where that is nearer to the wishes. A walk ends where every property is within its width, or after
    :data:`STEPS`.

    Parameters
    ----------
    wishes
        Property of the network -> what it should be.
    """
    wanted = torch.tensor([wish.value for wish in wishes.values()], dtype=torch.float32)
    width = torch.tensor([wish.width for wish in wishes.values()], dtype=torch.float32)

    def looked_at(points: Tensor) -> tuple[Tensor, Tensor]:
        """Where the encoder puts what is written, and how far its properties are off, in widths."""
        written = list(write(trained, points))
        spelled = [m if m is not None and trained.codec.knows(m) else None for m in written]
        known = [molecule for molecule in spelled if molecule is not None]
        centres, off = points.clone(), torch.full((len(points),), torch.inf)
        if known:
            there = torch.tensor([molecule is not None for molecule in spelled])
            centres[there] = means(trained, known)
            read = read_off(trained, known, centres[there], tuple(wishes))
            off[there] = ((read - wanted) / width).abs().amax(dim=1)
        return centres, off

    points = at_random(trained, n, generator)
    centres, off = looked_at(points)
    for _ in range(STEPS):
        going = torch.nonzero(off > 1)[:, 0]
        if not len(going):
            break
        tried = step(centres[going], RADIUS, generator)
        there, then = looked_at(tried)
        nearer = then < off[going]
        taken = going[nearer]
        points[taken], centres[taken], off[taken] = tried[nearer], there[nearer], then[nearer]
    return points, (off <= 1).tolist()


@torch.no_grad()
def read_off(
    trained: Trained, molecules: Sequence[Molecule], centres: Tensor, names: Sequence[str]
) -> Tensor:
    """Properties of molecules by their posterior means, shape ``(n, len(names))``; SA is worked out."""
    network = trained.network
    read = network.properties(centres)[:, [network.shape.properties.index(name) for name in names]]
    if SA in names:
        read[:, list(names).index(SA)] = torch.tensor(synthetic_accessibility(molecules), dtype=read.dtype)
    return read
