"""The choice as a part: candidates by kind and settings."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from generators.vae import VAE
from loop.protocols import ChosenBelief, NeedsEmbedding
from surrogates.latent_gp import LatentGP
from surrogates.loo_choice import USUAL, LooChoice
from surrogates.random_forest import RandomForest
from tests.surrogates.boiling import evidence

SUM: dict[str, Any] = {"kind": "sum_gp"}


def test_candidates_are_found_by_kind_and_keep_their_settings() -> None:
    choice = LooChoice.model_validate({"candidates": [{"kind": "random_forest", "trees": 60}, SUM]})
    assert choice.candidates[0] == RandomForest(trees=60)
    dumped = choice.model_dump(mode="json")
    assert dumped["candidates"][0]["trees"] == 60
    assert LooChoice.model_validate(dumped) == choice


def test_without_candidates_the_three_gaussian_processes_compete() -> None:
    belief = LooChoice().fit(evidence(40), seed=0)
    assert isinstance(belief, ChosenBelief)
    assert belief.chosen in USUAL
    assert {f"loo_nll {kind}" for kind in USUAL} < set(belief.diagnostics)


@pytest.mark.parametrize(
    ("candidates", "clause"),
    [
        ([{"kind": "sum_pg"}, SUM], "there is no surrogate of kind 'sum_pg'; did you mean 'sum_gp'?"),
        ([{}, SUM], "there is no surrogate of kind ''; known are"),
        ([{"kind": "random_forest", "trees": 1}, SUM], "trees of random_forest: Input should be greater"),
        ([{"kind": "random_forest", "treees": 100}, SUM], "treees of random_forest: Extra inputs"),
        ([SUM], "1 candidates leave no choice"),
        (["sum_gp", "minmax_gp"], "valid dictionary"),
    ],
)
def test_a_mistake_in_a_candidate_is_named(candidates: list[object], clause: str) -> None:
    with pytest.raises(ValidationError) as caught:
        LooChoice.model_validate({"candidates": candidates})
    assert clause in str(caught.value)


def test_an_embedding_is_needed_only_where_a_candidate_needs_one() -> None:
    plain = LooChoice()
    latent = LooChoice.model_validate({"candidates": [{"kind": "latent_gp"}, SUM]})
    assert isinstance(plain, NeedsEmbedding)
    assert (plain.needs_embedding, latent.needs_embedding) == (False, True)
    assert latent.candidates[0] == LatentGP()
    belief = latent.over(VAE()).fit(evidence(40), seed=0)
    assert {"loo_nll latent_gp", "loo_nll sum_gp"} < set(belief.diagnostics)
