"""Fitting the autoencoder: AdamW, one cosine of the learning rate, batches of rows of similar length."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from generators.latent.codec import END, Codec, IntArray
from generators.latent.model import Autoencoder, Shape
from loop.molecule import Molecule


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes
    ----------
    epochs
        Passes over the molecules.
    batch
        Molecules per step.
    learning_rate
        Of AdamW at the first step; it falls to zero along a cosine.
    kl
        Weight of the Kullback-Leibler term (nats per molecule) against the cross-entropy (nats per token).
    largest_gradient
        Norm at which the gradient is clipped.
    """

    epochs: int = 60
    batch: int = 96
    learning_rate: float = 3e-3
    kl: float = 1e-2
    largest_gradient: float = 1.0


@dataclass(frozen=True)
class Epoch:
    """Means over one pass: cross-entropy in nats per token, divergence in nats per molecule."""

    number: int
    cross_entropy: float
    divergence: float


@dataclass(frozen=True)
class Fitted:
    """A fitted network, its history, and whether a loss that was not finite ended the fit early."""

    network: Autoencoder
    history: tuple[Epoch, ...]
    diverged: bool


def fit(
    codec: Codec,
    molecules: Sequence[Molecule],
    recipe: Recipe,
    seed: int,
    report: Callable[[Epoch], None] = lambda _: None,
) -> Fitted:
    """Train a network on molecules.

    A loss that is not finite ends the training with the weights of the last complete epoch.

    Parameters
    ----------
    report
        Called after every epoch.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    rows = codec.encode(molecules)
    network = Autoencoder(Shape(codec.size))
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate)
    steps = recipe.epochs * math.ceil(len(rows) / recipe.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    history: list[Epoch] = []
    good = copy.deepcopy(network.state_dict())
    for number in range(1, recipe.epochs + 1):
        means = _epoch(network, batches(rows, recipe.batch, rng), optimizer, schedule, recipe)
        if means is None:
            network.load_state_dict(good)
            return Fitted(network.eval(), tuple(history), diverged=True)
        good = copy.deepcopy(network.state_dict())
        history.append(Epoch(number, *means))
        report(history[-1])
    return Fitted(network.eval(), tuple(history), diverged=False)


def batches(rows: Sequence[IntArray], size: int, rng: np.random.Generator) -> Iterator[Tensor]:
    """Yield every row once, padded, in random batches of rows of about one length."""
    order = rng.permutation(len(rows))
    chunks: list[list[int]] = []
    for start in range(0, len(order), 20 * size):
        near = sorted(order[start : start + 20 * size], key=lambda i: len(rows[i]))
        chunks += [near[k : k + size] for k in range(0, len(near), size)]
    for k in rng.permutation(len(chunks)):
        yield padded([rows[i] for i in chunks[k]])


def padded(rows: Sequence[IntArray]) -> Tensor:
    """Stack rows of tokens, shape ``(n, longest)``, filled up with the end token."""
    stacked = torch.full((len(rows), max(map(len, rows))), END)
    for line, row in zip(stacked, rows, strict=True):
        line[: len(row)] = torch.from_numpy(row)
    return stacked


def writing_loss(network: Autoencoder, z: Tensor, rows: Tensor) -> Tensor:
    """Cross-entropy (nats per token) of writing padded rows, their end token included."""
    target = torch.cat([rows, rows.new_full((len(rows), 1), END)], dim=1)
    within = torch.arange(target.shape[1]) <= (rows != END).sum(1, keepdim=True)
    return cross_entropy(network.reconstruct(z, rows)[within], target[within])


def _epoch(
    network: Autoencoder,
    data: Iterator[Tensor],
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    recipe: Recipe,
) -> tuple[float, float] | None:
    """One pass; means of cross-entropy and divergence, or ``None`` when the loss stops being finite."""
    totals: list[tuple[float, float]] = []
    for rows in data:
        mean, log_variance = network.encode(rows)
        z = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        writing = writing_loss(network, z, rows)
        divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(1).mean()
        loss = writing + recipe.kl * divergence
        if not torch.isfinite(loss):
            return None
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), recipe.largest_gradient)
        optimizer.step()
        schedule.step()
        totals.append((writing.item(), divergence.item()))
    cross, kl = np.mean(totals, axis=0)
    return float(cross), float(kl)
