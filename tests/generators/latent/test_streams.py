"""Attempts: where they come from, and that a seed repeats them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import torch

from generators.latent import streams
from generators.latent.points import locate
from generators.latent.toward import Wish
from generators.latent.weights import Trained
from loop.molecule import Molecule
from loop.records import Candidate


def test_each_parent_is_stepped_from_in_turn_at_its_own_distance(
    trained: Trained, molecules: list[Molecule]
) -> None:
    parents = molecules[10:13]
    points = locate(trained, parents).points
    for near, far in (((1.0, 1.0, 30.0), 2), ((30.0, 1.0, 1.0), 0)):
        found = list(islice(streams.near(trained, parents, points, torch.tensor(near), seed=0), 300))
        assert {c.origin for c in found if c} == {"trust region"}
        same = [sum(c is not None and c.molecule == p for c in found[k::3]) for k, p in enumerate(parents)]
        assert same[far] < 50
        assert all(hits > 90 for k, hits in enumerate(same) if k != far)
    again = list(islice(streams.near(trained, parents, points, torch.tensor(near), seed=0), 300))
    assert again == found


def test_the_way_between_two_molecules_leads_from_one_to_the_other(
    trained: Trained, molecules: list[Molecule]
) -> None:
    parents = molecules[20:22]
    points = locate(trained, parents).points
    found = list(islice(streams.on_the_way(trained, parents, points, seed=0), 2 * streams.ON_THE_WAY))
    assert {c.parent for c in found if c} == {p.smiles for p in parents}
    ends = [next(c for c in way if c) for way in (found, found[streams.ON_THE_WAY - 1 :: -1])]
    assert {c.molecule for c in ends} == set(parents)
    assert len({c.molecule for c in found[streams.ON_THE_WAY :] if c} - set(parents)) > 0
    assert list(streams.on_the_way(trained, parents[:1], points[:1], seed=0)) == []


def test_the_prior_and_wishes_have_no_parent_and_a_seed(trained: Trained) -> None:
    def from_prior(seed: int) -> Iterator[Candidate | None]:
        return streams.prior(trained, seed)

    def as_wished(seed: int) -> Iterator[Candidate | None]:
        return streams.wished(trained, {"sa": Wish(3.0, 0.5)}, seed)

    for stream in (from_prior, as_wished):
        first, again, other = (list(islice(stream(seed), 50)) for seed in (0, 0, 1))
        assert first == again
        assert first != other
        assert {c.parent for c in first if c} == {None}
