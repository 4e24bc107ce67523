"""Moving in the latent space."""

from __future__ import annotations

import pytest
import torch

from generators.latent.neighbourhood import invert, locate, step, write
from generators.latent.weights import Trained, load, shipped
from loop.molecule import Molecule, parse


@pytest.fixture(scope="module")
def full() -> Trained:
    return load(shipped())


def test_training_molecules_are_found_again(trained: Trained, molecules: list[Molecule]) -> None:
    again = list(write(trained, locate(trained, molecules)))
    assert sum(a == b for a, b in zip(again, molecules, strict=True)) > 0.9 * len(molecules)


def test_inversion_repairs_what_the_encoder_misses(trained: Trained, molecules: list[Molecule]) -> None:
    """A network trained on 200 molecules misses most others; the search finds many of them."""
    others = [parse(s) for s in ("CCOCCO", "CC(=O)NC", "OCCCO", "CCOC(C)=O", "CCC(=O)O", "CN(C)CCO", "NCCO")]
    unseen = [m for m in others if m not in set(molecules) and trained.codec.knows(m)]
    before = sum(a == b for a, b in zip(write(trained, locate(trained, unseen)), unseen, strict=True))
    after = sum(a == b for a, b in zip(write(trained, invert(trained, unseen)), unseen, strict=True))
    assert after > before


def test_inversion_leaves_what_is_exact(trained: Trained, molecules: list[Molecule]) -> None:
    start = locate(trained, molecules[:20])
    exact = torch.tensor([a == b for a, b in zip(write(trained, start), molecules[:20], strict=True)])
    assert exact.any()
    assert torch.equal(invert(trained, molecules[:20])[exact], start[exact])


def test_a_step_has_a_length_between_half_and_one_and_a_half_radii() -> None:
    points = torch.zeros(500, 96)
    lengths = step(points, 4.0, torch.Generator().manual_seed(0)).norm(dim=1)
    assert 2.0 <= float(lengths.min()) < 2.1
    assert 5.9 < float(lengths.max()) <= 6.001


def test_farther_points_are_less_like_their_origin(full: Trained) -> None:
    origin = parse("NC(=O)c1cccnc1")
    point = invert(full, [origin]).repeat(200, 1)
    kept = [
        sum(m == origin for m in write(full, step(point, radius, torch.Generator().manual_seed(0))))
        for radius in (1.0, 7.0, 20.0)
    ]
    assert kept[0] == 200
    assert kept[0] > kept[1] > kept[2]
