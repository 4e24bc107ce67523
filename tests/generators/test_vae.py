"""The autoencoder as a generator."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from generators.corpus.entries import known_additives
from generators.latent import RADIUS
from generators.latent.points import locate
from generators.latent.weights import WeightsError, load, shipped
from generators.vae import VAE
from loop.molecule import Limits, parse, similarities
from loop.protocols import Incumbent

INCUMBENTS = [parse("CS(C)=O"), parse("NC(=O)c1cccnc1"), parse("O=C(O)CC(O)(CC(=O)O)C(=O)O")]


def test_without_incumbents_everything_is_prior() -> None:
    found = VAE().propose([], 50, Limits(), seed=0)
    assert {(c.origin, c.parent) for c in found} == {("prior", None)}


def test_with_incumbents_the_shares_are_the_settings() -> None:
    found = VAE(prior_share=0.2, between_share=0.1).propose(INCUMBENTS, 50, Limits(), seed=0)
    origins = Counter(c.origin for c in found)
    assert origins == {"trust region": 35, "prior": 10, "between": 5}
    named = {m.smiles for m in INCUMBENTS}
    assert {c.parent for c in found if c.origin == "trust region"} == named
    assert {c.parent for c in found if c.origin == "between"} <= named


def test_the_trust_region_stays_closer_to_its_parents_than_the_prior() -> None:
    found = VAE(prior_share=0.5, between_share=0).propose(INCUMBENTS, 200, Limits(), seed=0)
    near = [similarities(c.molecule, [parse(c.parent)])[0] for c in found if c.parent]
    far = [similarities(c.molecule, INCUMBENTS).max() for c in found if not c.parent]
    assert np.mean(near) > np.mean(far) + 0.05


def test_a_smaller_radius_stays_closer() -> None:
    def likeness(radius: float) -> float:
        alone = VAE(radius=radius, prior_share=0, between_share=0)
        found = alone.propose(INCUMBENTS, 60, Limits(), seed=0)
        return float(np.mean([similarities(c.molecule, [parse(c.parent)])[0] for c in found if c.parent]))

    assert likeness(5.0) > likeness(15.0)


def test_incumbents_it_cannot_spell_are_passed_over() -> None:
    odd = replace(Limits(), elements=(*Limits().elements, "Se"), max_logp=None)
    found = VAE().propose([parse("C[Se]C")], 10, odd, seed=0)
    assert [c.origin for c in found] == ["prior"] * 10


def test_neither_an_incumbent_nor_its_mirror_image_is_proposed_again() -> None:
    chiral = parse("C[C@H](O)C(=O)O")
    found = {c.molecule for c in VAE(prior_share=0, radius=4).propose([chiral], 30, Limits(), seed=0)}
    assert found
    assert not {chiral, chiral.mirror_image} & found


def test_what_fared_well_is_left_farther_behind() -> None:
    good, bad = ([Incumbent(m, (("trust region", well),) * 4) for m in INCUMBENTS] for well in (True, False))
    far, near = (VAE().explore(some, 60, Limits(), 0).account["trust region"] for some in (good, bad))
    assert far["radius"] > RADIUS > near["radius"]
    assert far["similarity"] < near["similarity"]


def test_the_version_follows_the_settings() -> None:
    assert VAE(radius=3).version() != VAE().version()
    assert VAE(prior_share=0.5).version() != VAE().version()
    assert VAE(learn=False).version() == VAE().version(), "it proposes the same"


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


def test_stereoisomers_have_points_of_their_own_and_near_molecules_are_near() -> None:
    one, other, ester, ring = VAE().embed(
        [parse(s) for s in ("C[C@H](O)C(=O)O", "C[C@@H](O)C(=O)O", "CC(O)C(=O)OC", "Cn1cnc2ccccc21")]
    )
    assert 0 < np.linalg.norm(one - other) < np.linalg.norm(one - ring)
    assert np.linalg.norm(one - ester) < np.linalg.norm(one - ring)


def test_chiral_additives_are_written_as_themselves() -> None:
    known = [parse(entry.smiles) for entry in known_additives()]
    chiral = [m for m in known if "@" in m.smiles and not m.charge and m.heavy_atoms <= 20]
    trained = load(shipped())
    exact = locate(trained, [m for m in chiral if trained.codec.knows(m)]).exact
    assert len(chiral) >= 20
    assert exact.sum() >= 0.95 * len(chiral)


def test_a_molecule_it_cannot_spell_has_no_point() -> None:
    points = VAE().embed([parse("C[Se]C"), INCUMBENTS[0]])
    assert np.isnan(points[0]).all()
    assert np.isfinite(points[1]).all()


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=f"{tmp_path} holds no usable weights"):
        VAE(weights=str(tmp_path)).version()
