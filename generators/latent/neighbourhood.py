"""Moving in the latent space: molecules to points, points to nearby points, points back to molecules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from generators.latent.codec import END
from generators.latent.fit import padded, writing_loss
from generators.latent.weights import Trained
from loop.molecule import Molecule, MoleculeError

LONGEST = 48
"""Most tokens written for one molecule; the longest of 19,600 molecules takes 29."""

INVERSION_STEPS = 40
INVERSION_RATE = 0.05


def write(trained: Trained, z: Tensor) -> Iterator[Molecule | None]:
    """Yield the molecules of latent points, shape ``(n, latent)``; ``None`` for what is empty or charged."""
    return (_molecule(trained, row) for row in trained.network.write(z, LONGEST).tolist())


def locate(trained: Trained, molecules: Sequence[Molecule]) -> Tensor:
    """Posterior means of molecules that the vocabulary can spell, shape ``(n, latent)``."""
    with torch.no_grad():
        mean: Tensor = trained.network.encode(padded(trained.codec.encode(molecules)))[0]
    return mean


def invert(trained: Trained, molecules: Sequence[Molecule]) -> Tensor:
    """Points that decode to the molecules themselves, as far as a short search finds them.

    The posterior mean of an unseen molecule often decodes to a neighbour; a few steps of Adam on the point
    repair most of these (Maus et al., 2411.05330).
    """
    rows = padded(trained.codec.encode(molecules))
    ended = torch.nn.functional.pad(rows, (0, 1), value=END)
    start = locate(trained, molecules)
    z = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=INVERSION_RATE)
    for _ in range(INVERSION_STEPS):
        optimizer.zero_grad()
        writing_loss(trained.network, z, rows).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    exact: Tensor = (trained.network.write(start, ended.shape[1]) == ended).all(1, keepdim=True)
    return torch.where(exact, start, z.detach())


def step(points: Tensor, radius: float, generator: torch.Generator) -> Tensor:
    """Move each point in a random direction by 50 to 150 % of ``radius`` (L2)."""
    direction = torch.nn.functional.normalize(torch.randn(points.shape, generator=generator), dim=1)
    length = radius * (0.5 + torch.rand(len(points), 1, generator=generator))
    return points + length * direction


def _molecule(trained: Trained, tokens: Sequence[int]) -> Molecule | None:
    try:
        return trained.codec.decode(tokens)
    except MoleculeError:
        return None
