"""Moving in the latent space: molecules to points, points to nearby points, points back to molecules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from generators.latent.fit import writing_loss
from generators.latent.model import Autoencoder
from generators.latent.weights import Trained
from loop.molecule import Molecule, MoleculeError

LONGEST = 60
"""Most tokens written for one molecule; the longest of 44,000 takes 21."""

BATCH = 512

ROUNDS, STEPS, RATE = 16, 10, 0.05
"""Of an inversion: how often what is written is looked at, steps of Adam between two looks, and their length
in units of the prior."""

LOST = 0.3
"""Standard deviation of the noise from which a search that stands still begins again."""


def write(trained: Trained, z: Tensor) -> Iterator[Molecule | None]:
    """Yield the molecules of latent points, shape ``(n, latent)``; ``None`` where none can be read.

    A vocabulary whose molecules begin with atoms leaves no such row.
    """
    for some in torch.split(z, BATCH):
        for row in trained.network.write(some, LONGEST).tolist():
            yield _molecule(trained, row)


def at_random(trained: Trained, n: int, generator: torch.Generator) -> Tensor:
    """Points of the prior N(0, I), shape ``(n, latent)``."""
    return torch.randn((n, trained.network.shape.latent), generator=generator)


def means(trained: Trained, molecules: Sequence[Molecule]) -> Tensor:
    """Posterior means of molecules that the vocabulary can spell, shape ``(n, latent)``."""
    return posteriors(trained, molecules)[0]


@torch.no_grad()
def posteriors(trained: Trained, molecules: Sequence[Molecule]) -> tuple[Tensor, Tensor]:
    """Means and standard deviations of the posteriors, each of shape ``(n, latent)``.

    Raises
    ------
    MoleculeError
        If the vocabulary cannot spell one of them.
    """
    rows = trained.codec.rows(molecules)
    latent = trained.network.shape.latent
    # Rows of one length together: the reader goes on to the end of the longest.
    order = np.argsort(rows.lengths, kind="stable")
    found = torch.empty((2, len(order), latent), dtype=trained.network.embedding.weight.dtype)
    for start in range(0, len(order), BATCH):
        some = order[start : start + BATCH]
        mean, log_variance = trained.network.encode(torch.from_numpy(rows.padded(some)))
        found[0, torch.from_numpy(some)] = mean
        found[1, torch.from_numpy(some)] = (log_variance / 2).exp()
    return found[0], found[1]


@dataclass(frozen=True)
class Located:
    """Where molecules are.

    Attributes
    ----------
    points
        Shape ``(n, latent)``.
    exact
        Whether what is written from a point is the molecule itself, shape ``(n,)``; where not, the point is
        the posterior mean.
    """

    points: Tensor
    exact: NDArray[np.bool_]


def locate(trained: Trained, molecules: Sequence[Molecule], rounds: int = ROUNDS, seed: int = 0) -> Located:
    """Points written as the molecules themselves: posterior means, or what a search finds near them.

    The mean of an unseen molecule is often written as a neighbour; Adam on the point, towards writing the
    molecule, repairs most of these (Maus et al., 2411.05330). What stands still begins again beside its mean.

    Parameters
    ----------
    rounds
        How often ten steps are made before a search is given up.

    Raises
    ------
    MoleculeError
        If the vocabulary cannot spell one of them.
    """
    start = means(trained, molecules)
    points = start.clone()
    exact = _are(trained, points, molecules)
    generator = torch.Generator().manual_seed(seed)
    missing = np.flatnonzero(~exact)
    for some in np.array_split(missing, -(-len(missing) // BATCH) or 1):
        here = some
        z = start[here]
        moments: Tensor | None = None
        for attempt in range(rounds):
            if not len(here):
                break
            if attempt == rounds // 2:
                z = start[here] + LOST * torch.randn(z.shape, generator=generator).to(z.dtype)
                moments = None
            rows = torch.from_numpy(
                trained.codec.rows([molecules[i] for i in here]).padded(np.arange(len(here)))
            )
            z, moments = _nearer(trained.network, z, rows, moments)
            hit = _are(trained, z, [molecules[i] for i in here])
            points[torch.from_numpy(here[hit])] = z[torch.from_numpy(hit)]
            exact[here[hit]] = True
            left = torch.from_numpy(~hit)
            here, z, moments = here[~hit], z[left], moments[:, left]
    return Located(points, exact)


def _nearer(network: Autoencoder, z: Tensor, rows: Tensor, moments: Tensor | None) -> tuple[Tensor, Tensor]:
    """Some steps of Adam towards writing the rows; points and both moments, shape ``(2, n, latent)``."""
    first, second = (torch.zeros_like(z), torch.zeros_like(z)) if moments is None else moments
    for _ in range(STEPS):
        at = z.detach().requires_grad_()
        # The mean over tokens of all rows; each row's share does not matter to Adam.
        (slope,) = torch.autograd.grad(writing_loss(network, at, rows), at)
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        z = z - RATE * first / (second.sqrt() + 1e-12)
    return z.detach(), torch.stack([first, second])


def _are(trained: Trained, points: Tensor, molecules: Sequence[Molecule]) -> NDArray[np.bool_]:
    return np.array([a == b for a, b in zip(write(trained, points), molecules, strict=True)], dtype=bool)


def step(points: Tensor, radius: float | Tensor, generator: torch.Generator) -> Tensor:
    """Move each point in a random direction by 50 to 150 % of its radius (L2).

    Parameters
    ----------
    radius
        One for all, or shape ``(n, 1)``.
    """
    direction = normalize(torch.randn(points.shape, generator=generator).to(points.dtype), dim=1)
    length = radius * (0.5 + torch.rand(len(points), 1, generator=generator).to(points.dtype))
    return points + length * direction


def between(one: Tensor, other: Tensor, n: int) -> Tensor:
    """Points on the way from one point to another, both ends among them; shape ``(n, latent)``.

    The way is an arc whose distance from the origin changes evenly: points lie near a shell, and a straight
    line would leave it (White, 1609.04468).
    """
    shares = torch.linspace(0, 1, n, dtype=one.dtype)[:, None]
    lengths = one.norm(), other.norm()
    cosine = torch.dot(one, other) / (lengths[0] * lengths[1])
    angle = torch.arccos(cosine.clamp(-1, 1))
    if float(angle.sin()) < 1e-4:
        return one + shares * (other - one)
    here, there = (torch.sin(share * angle) / angle.sin() for share in (1 - shares, shares))
    arc = here * one / lengths[0] + there * other / lengths[1]
    way: Tensor = arc * (lengths[0] + shares * (lengths[1] - lengths[0]))
    return way


def _molecule(trained: Trained, tokens: Sequence[int]) -> Molecule | None:
    try:
        return trained.codec.decode(tokens)
    except MoleculeError:
        return None
