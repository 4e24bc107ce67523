"""Points as wished: what is written from them is believed to be so, and is so where it can be worked out."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from generators.evaluation.accessibility import synthetic_accessibility
from generators.latent import streams
from generators.latent.points import at_random, means, write
from generators.latent.toward import Wish, toward
from generators.latent.weights import Trained, load, shipped
from loop.molecule import Molecule


@pytest.fixture(scope="module")
def trained() -> Trained:
    """The shipped one: a network that has seen 200 molecules writes the same ones whatever the step."""
    return load(shipped())


def drawn(trained: Trained, wishes: dict[str, Wish], n: int = 100) -> list[Molecule]:
    points, fulfilled = toward(trained, wishes, n, torch.Generator().manual_seed(0))
    assert 0.3 * n < sum(fulfilled) <= n
    found = [m for m in write(trained, points) if m is not None]
    assert len(found) == n
    return [m for m in found if trained.codec.knows(m)]


@pytest.fixture(scope="module")
def plain(trained: Trained) -> np.ndarray:
    points = at_random(trained, 200, torch.Generator().manual_seed(0))
    return np.array(synthetic_accessibility([m for m in write(trained, points) if m is not None]))


@pytest.mark.parametrize("off", [-1.0, 1.0])
def test_synthetic_accessibility_comes_out_as_wished(trained: Trained, plain: np.ndarray, off: float) -> None:
    value, width = plain.mean() + off * plain.std(), 0.3 * plain.std()
    found = np.array(synthetic_accessibility(drawn(trained, {"sa": Wish(value, width)})))
    assert np.mean(np.abs(found - value) <= width) > 0.6
    assert np.mean(np.abs(plain - value) <= width) < 0.4


def test_what_is_believed_of_the_molecules_comes_near_what_is_wished(trained: Trained) -> None:
    network = trained.network
    k = network.shape.properties.index("homo")
    middle, spread = float(network.middle[k]), float(network.spread[k])
    for off in (-1.0, 1.0):
        wish = Wish(middle + off * spread, 0.25 * spread)
        read = network.properties(means(trained, drawn(trained, {"homo": wish})))[:, k]
        assert abs(float(read.mean()) - wish.value) < 0.4 * spread


def test_several_wishes_are_heard_together(trained: Trained, plain: np.ndarray) -> None:
    network = trained.network
    k = network.shape.properties.index("homo")
    homo = float(network.middle[k])
    wishes = {"homo": Wish(homo, 0.5 * float(network.spread[k])), "sa": Wish(float(plain.mean()), 0.5)}
    found = drawn(trained, wishes)
    read = network.properties(means(trained, found))[:, k].numpy()
    as_wished = np.abs(read - homo) <= wishes["homo"].width
    as_wished &= np.abs(np.array(synthetic_accessibility(found)) - wishes["sa"].value) <= 0.5
    assert as_wished.mean() > 0.6


def test_a_wish_that_anything_fulfils_leaves_the_prior_as_it_is(trained: Trained) -> None:
    points, fulfilled = toward(trained, {"sa": Wish(3.0, 1e6)}, 50, torch.Generator().manual_seed(1))
    assert all(fulfilled)
    plain = at_random(trained, 50, torch.Generator().manual_seed(1))
    spelled = [m is not None and trained.codec.knows(m) for m in write(trained, plain)]
    assert torch.equal(points[spelled], plain[spelled])


def test_what_cannot_be_is_told(trained: Trained) -> None:
    assert not any(toward(trained, {"sa": Wish(-20.0, 0.1)}, 8, torch.Generator().manual_seed(0))[1])
    stream = streams.wished(trained, {"sa": Wish(-20.0, 0.1)}, seed=0)
    assert list(islice(stream, 20)) == [None] * 20
