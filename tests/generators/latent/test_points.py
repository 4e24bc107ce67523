"""Moving in the latent space."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.corpus.entries import corpus
from generators.latent.points import between, locate, means, posteriors, step, write
from generators.latent.weights import Trained
from loop.molecule import Molecule, MoleculeError, parse


def test_training_molecules_are_found_again(trained: Trained, molecules: list[Molecule]) -> None:
    again = list(write(trained, means(trained, molecules)))
    assert sum(a == b for a, b in zip(again, molecules, strict=True)) > 0.9 * len(molecules)


def test_stereoisomers_have_points_of_their_own(trained: Trained, molecules: list[Molecule]) -> None:
    isomers = molecules[:2]
    assert isomers[0].smiles.replace("@@", "@") == isomers[1].smiles.replace("@@", "@")
    assert list(write(trained, locate(trained, isomers).points)) == isomers


def test_every_point_is_written_as_a_neutral_molecule(trained: Trained) -> None:
    points = 3 * torch.randn((2000, trained.network.shape.latent), generator=torch.Generator().manual_seed(0))
    found = [molecule for molecule in write(trained, points) if molecule is not None]
    assert len(found) == 2000
    assert not any(molecule.charge for molecule in found)


@pytest.fixture(scope="module")
def unseen(trained: Trained, molecules: list[Molecule]) -> list[Molecule]:
    others = [parse(entry.smiles) for entry in corpus()[45:6000:90]]
    return [m for m in others if not m.charge and trained.codec.knows(m) and m not in set(molecules)]


def test_a_search_finds_what_the_encoder_misses(trained: Trained, unseen: list[Molecule]) -> None:
    """A network trained on 200 molecules misses most others; the search finds many of them."""
    located = locate(trained, unseen)
    again = list(write(trained, located.points))
    assert [a == b for a, b in zip(again, unseen, strict=True)] == located.exact.tolist()
    before = sum(a == b for a, b in zip(write(trained, means(trained, unseen)), unseen, strict=True))
    assert located.exact.sum() > max(before, 0.3 * len(unseen))


def test_what_is_not_found_stays_at_its_mean(trained: Trained, unseen: list[Molecule]) -> None:
    located = locate(trained, unseen, rounds=1)
    missed = torch.from_numpy(~located.exact)
    assert missed.any()
    assert torch.equal(located.points[missed], means(trained, unseen)[missed])


def test_a_search_leaves_what_is_exact(trained: Trained, molecules: list[Molecule]) -> None:
    start = means(trained, molecules[:20])
    exact = torch.tensor([a == b for a, b in zip(write(trained, start), molecules[:20], strict=True)])
    assert exact.any()
    assert torch.equal(locate(trained, molecules[:20]).points[exact], start[exact])


def test_points_do_not_depend_on_their_company(trained: Trained, molecules: list[Molecule]) -> None:
    together, deviations = posteriors(trained, molecules[:30])
    assert (deviations > 0).all()
    for molecule, point in zip(molecules[:30], together, strict=True):
        assert torch.allclose(means(trained, [molecule])[0], point, atol=1e-5)


def test_a_molecule_the_vocabulary_lacks_is_refused(trained: Trained) -> None:
    with pytest.raises(MoleculeError, match="no word for"):
        locate(trained, [parse("C[Se]C")])


def test_a_step_has_a_length_between_half_and_one_and_a_half_radii() -> None:
    points = torch.zeros(500, 96)
    lengths = step(points, 4.0, torch.Generator().manual_seed(0)).norm(dim=1)
    assert 2.0 <= float(lengths.min()) < 2.1
    assert 5.9 < float(lengths.max()) <= 6.001
    each = torch.where(torch.arange(500) < 250, 1.0, 4.0)[:, None]
    mixed = step(points, each, torch.Generator().manual_seed(0)).norm(dim=1)
    assert float(mixed[:250].max()) < 1.51
    assert float(mixed[250:].min()) > 1.99


VECTOR = st.lists(st.floats(-3, 3, width=32), min_size=6, max_size=6).filter(
    lambda v: np.linalg.norm(v) > 0.1
)


@settings(deadline=None)
@given(VECTOR, VECTOR, st.integers(2, 12))
def test_the_way_between_two_points_begins_and_ends_at_them(
    one: list[float], other: list[float], n: int
) -> None:
    a, b = torch.tensor(one, dtype=torch.float64), torch.tensor(other, dtype=torch.float64)
    way = between(a, b, n)
    assert torch.allclose(way[0], a, atol=1e-6)
    assert torch.allclose(way[-1], b, atol=1e-6)
    turned = float(torch.dot(a, b) / (a.norm() * b.norm()))
    if abs(turned) < 0.999:
        lengths = way.norm(dim=1)
        assert float(lengths.min()) > 0.999 * min(float(a.norm()), float(b.norm())), "it stays off the origin"
