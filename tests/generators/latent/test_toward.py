"""Points as wished: what is believed moves to where it should be, and the prior is left alone otherwise."""

from __future__ import annotations

import pytest
import torch

from generators.latent.points import at_random
from generators.latent.toward import Wish, toward
from generators.latent.weights import Trained


@pytest.mark.parametrize("off", [-1.0, 1.0])
def test_what_is_believed_comes_near_what_is_wished(trained: Trained, off: float) -> None:
    network = trained.network
    place = network.shape.properties.index("sa")
    plain = network.properties(at_random(trained, 300, torch.Generator().manual_seed(0)))[:, place]
    value = float(plain.mean() + off * plain.std())
    wish = Wish(value, width=0.25 * float(plain.std()))
    found = network.properties(toward(network, {"sa": wish}, 300, torch.Generator().manual_seed(0)))[:, place]
    assert abs(float(found.mean()) - value) < 0.5 * abs(float(plain.mean()) - value)
    assert float(found.std()) < 0.7 * float(plain.std())


def test_a_wish_that_anything_fulfils_leaves_the_prior_as_it_is(trained: Trained) -> None:
    network = trained.network
    plain = at_random(trained, 2000, torch.Generator().manual_seed(0))
    found = toward(network, {"sa": Wish(3.0, 1e6)}, 2000, torch.Generator().manual_seed(1))
    assert torch.allclose(found.mean(0), plain.mean(0), atol=6 / 2000**0.5 * float(plain.std(0).max()))
    assert torch.allclose(found.std(0), plain.std(0), rtol=0.15)


def test_several_wishes_are_heard_together(trained: Trained) -> None:
    network = trained.network
    middle, spread = network.middle.tolist(), network.spread.tolist()
    wishes = {
        name: Wish(m - 0.5 * s, 0.3 * s)
        for name, m, s in zip(network.shape.properties, middle, spread, strict=True)
    }
    found = network.properties(toward(network, wishes, 200, torch.Generator().manual_seed(0)))
    for k, wish in enumerate(wishes.values()):
        assert abs(float(found[:, k].mean()) - wish.value) < 0.4 * spread[k]
