"""What is proposed, and what is told of how it was found."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from generators.latent import TRUST_REGION
from generators.latent.proposals import Shares, explore
from generators.latent.weights import Trained
from loop.molecule import Limits, Molecule
from loop.protocols import Explored, Incumbent

ANY = Limits(1, 20, max_logp=None, exclude={}, allow_zwitterions=True)
SHARES = Shares(prior=0.25, between=0.1, wanted=0.5)


def found(trained: Trained, incumbents: list[Incumbent], n: int = 40, radius: float = 16.0) -> Explored:
    return explore(trained, incumbents, n, ANY, 0, radius, SHARES)


@pytest.fixture
def incumbents(molecules: list[Molecule]) -> list[Incumbent]:
    return [Incumbent(molecule) for molecule in molecules[60:64]]


def test_the_account_is_of_every_origin_and_adds_up(trained: Trained, incumbents: list[Incumbent]) -> None:
    explored = found(trained, incumbents)
    account = json.loads(json.dumps(explored.account))
    assert set(account) == {"between", TRUST_REGION, "prior"} == {c.origin for c in explored.candidates}
    for origin, told in account.items():
        assert told["proposed"] == sum(c.origin == origin for c in explored.candidates)
        lost = told["without_a_molecule"] + told["repeated"] + told["outside_limits"]
        assert told["points"] == lost + told["proposed"]
        assert sum(told["most_often"].values()) <= told["outside_limits"]
        assert 0 <= told["come_back"] <= 1
        assert 0 <= told["listed"] <= 1
    assert 0 < account[TRUST_REGION]["similarity"] < 1
    assert account[TRUST_REGION]["radius"] == 16.0
    assert "similarity" not in account["prior"]


def test_what_lies_outside_is_counted_by_its_reason(trained: Trained) -> None:
    narrow = replace(ANY, max_heavy_atoms=6, max_logp=0.5)
    told = explore(trained, [], 20, narrow, 0, 6.0, SHARES).account["prior"]
    assert told["outside_limits"] > 0
    assert set(told["most_often"]) <= {"heavy atoms, outside 1 to 6", "logP above 0.5"}


def test_success_leads_farther_and_failure_nearer(trained: Trained, incumbents: list[Incumbent]) -> None:
    good = [replace(one, fates=((TRUST_REGION, True),) * 3) for one in incumbents]
    bad = [replace(one, fates=((TRUST_REGION, False),) * 9) for one in incumbents]
    near, usual, far = (
        found(trained, some, radius=12.0).account[TRUST_REGION] for some in (bad, incumbents, good)
    )
    assert near["radius"] < usual["radius"] < far["radius"]
    assert near["similarity"] > far["similarity"]


def test_what_is_wanted_takes_its_share_of_the_prior(trained: Trained, incumbents: list[Incumbent]) -> None:
    taught = replace(trained, wanted=(("sa", 2.0, 0.3),))
    origins = [c.origin for c in found(taught, incumbents).candidates]
    assert abs(origins.count("wanted") - origins.count("prior")) <= 1
    assert origins.count("wanted") >= 5
    assert "wanted" in found(taught, []).account
    assert "wanted" not in found(trained, incumbents).account


def test_no_mirror_image_of_an_incumbent_is_proposed(trained: Trained, molecules: list[Molecule]) -> None:
    one, other = molecules[:2]
    assert one.mirror_image == other
    proposed = {c.molecule for c in found(trained, [Incumbent(one)], n=150, radius=5.0).candidates}
    assert not {one, other} & proposed
    assert not {m.mirror_image for m in proposed if m.mirror_image != m} & proposed
