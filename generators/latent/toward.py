"""Points whose molecules are believed to have wanted properties, and that the prior holds for likely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from generators.latent.model import Autoencoder

STEPS = 60
"""Steps of each walk, the first half of which narrows what is wanted."""

STRIDE = 0.35
"""Share of new noise in a step; half of the steps are taken, about."""

WIDEST = 8.0
"""Factor on the widths at the first step."""


@dataclass(frozen=True)
class Wish:
    """A property as it should be: about ``value``, give or take ``width``, in its unit."""

    value: float
    width: float


def toward(network: Autoencoder, wishes: Mapping[str, Wish], n: int, generator: torch.Generator) -> Tensor:
    """Draw from the prior under the condition that properties are as wished, shape ``(n, latent)``.

    Walks in the prior N(0, I) by the preconditioned Crank-Nicolson proposal (Cotter et
    al., 10.1214/13-STS421), which leaves the prior as it is: only what is believed of the properties decides
    whether a step is taken. Each point is the end of a walk of its own.

    Parameters
    ----------
    wishes
        Property of the network -> what it should be.
    """
    places = [network.shape.properties.index(name) for name in wishes]
    wanted = torch.tensor([wish.value for wish in wishes.values()])
    width = torch.tensor([wish.width for wish in wishes.values()])

    @torch.no_grad()
    def misfit(point: Tensor) -> Tensor:
        off = (network.properties(point)[:, places] - wanted) / width
        return 0.5 * (off**2).sum(1)

    point = torch.randn((n, network.shape.latent), generator=generator)
    now = misfit(point)
    for step in range(STEPS):
        heat = max(1.0, WIDEST ** (1 - 2 * step / STEPS)) ** 2
        fresh = torch.randn(point.shape, generator=generator)
        tried = (1 - STRIDE**2) ** 0.5 * point + STRIDE * fresh
        then = misfit(tried)
        taken = torch.rand(n, generator=generator) < ((now - then) / heat).exp()
        point = torch.where(taken[:, None], tried, point)
        now = torch.where(taken, then, now)
    return point
