"""The autoencoder as a generator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from generators.latent.weights import WeightsError
from generators.vae import VAE
from loop.molecule import Limits, parse, similarities

INCUMBENTS = [parse("CS(C)=O"), parse("NC(=O)c1cccnc1"), parse("O=C(O)CC(O)(CC(=O)O)C(=O)O")]


def test_without_incumbents_everything_is_prior() -> None:
    found = VAE().propose([], 50, Limits(), seed=0)
    assert {(c.origin, c.parent) for c in found} == {("prior", None)}


def test_with_incumbents_the_share_of_the_prior_is_the_setting() -> None:
    found = VAE(prior_share=0.2).propose(INCUMBENTS, 50, Limits(), seed=0)
    assert [c.origin for c in found].count("trust region") == 40
    assert {c.parent for c in found if c.origin == "trust region"} == {m.smiles for m in INCUMBENTS}


def test_the_trust_region_stays_closer_to_its_parents_than_the_prior() -> None:
    found = VAE(prior_share=0.5).propose(INCUMBENTS, 200, Limits(), seed=0)
    near = [similarities(c.molecule, [parse(c.parent)])[0] for c in found if c.parent]
    far = [similarities(c.molecule, INCUMBENTS).max() for c in found if not c.parent]
    assert np.mean(near) > np.mean(far) + 0.05


def test_a_smaller_radius_stays_closer() -> None:
    def likeness(radius: float) -> float:
        found = VAE(radius=radius, prior_share=0).propose(INCUMBENTS, 60, Limits(), seed=0)
        return float(np.mean([similarities(c.molecule, [parse(c.parent)])[0] for c in found if c.parent]))

    assert likeness(5.0) > likeness(15.0)


def test_incumbents_it_cannot_spell_are_passed_over() -> None:
    odd = replace(Limits(), elements=(*Limits().elements, "Se"), max_logp=None)
    found = VAE().propose([parse("C[Se]C")], 10, odd, seed=0)
    assert [c.origin for c in found] == ["prior"] * 10


def test_an_incumbent_is_not_proposed_again_without_its_stereochemistry() -> None:
    chiral = parse("C[C@H](O)C(=O)O")
    found = VAE(prior_share=0, radius=3).propose([chiral], 30, Limits(), seed=0)
    assert parse("CC(O)C(=O)O") not in {c.molecule for c in found}


def test_the_version_follows_the_settings() -> None:
    assert VAE(radius=3).version() != VAE().version()
    assert VAE(prior_share=0.5).version() != VAE().version()


@pytest.mark.parametrize("setting", [{"radius": 0}, {"prior_share": 1.5}, {"beam": 3}])
def test_a_setting_out_of_range_is_refused(setting: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        VAE.model_validate(setting)


def test_points_do_not_depend_on_what_else_is_asked() -> None:
    space = VAE()
    together = space.embed(INCUMBENTS)
    assert together.shape == (3, 96)
    for point, molecule in zip(together, INCUMBENTS, strict=True):
        np.testing.assert_array_equal(space.embed([molecule])[0], point)
    assert space.embed([]).shape == (0, 96)


def test_points_disregard_stereochemistry_and_near_molecules_are_near() -> None:
    one, other, ester, ring = VAE().embed(
        [parse(s) for s in ("C[C@H](O)C(=O)O", "C[C@@H](O)C(=O)O", "CC(O)C(=O)OC", "Cn1cnc2ccccc21")]
    )
    np.testing.assert_array_equal(one, other)
    assert np.linalg.norm(one - ester) < np.linalg.norm(one - ring)


def test_a_molecule_it_cannot_spell_has_no_point() -> None:
    points = VAE().embed([parse("C[Se]C"), INCUMBENTS[0]])
    assert np.isnan(points[0]).all()
    assert np.isfinite(points[1]).all()


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=f"{tmp_path} holds no usable weights"):
        VAE(weights=str(tmp_path)).version()
