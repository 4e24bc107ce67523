"""Conditioning in the space of trees, against doing it the long way."""

from __future__ import annotations

import numpy as np
import pytest

from loop.objective import FloatArray
from surrogates.forest.belief import ForestBelief
from surrogates.forest.growing import Recipe, grow
from tests.surrogates.boiling import evidence

TRAIN, TEST = evidence(80), evidence(60, start=80)
ASKED, TOLD = TEST.molecules[:20], TEST.molecules[20:26]


@pytest.fixture(scope="module")
def belief() -> ForestBelief:
    return grow(Recipe(trees=60, max_features=0.5, min_leaf=1, environments=0), TRAIN, seed=0)


def moments(belief: ForestBelief) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance of what is asked and then told, from each tree's own predictions."""
    forest = belief.forest
    single = [
        ForestBelief(type(forest)((t, t), 0, *_rest(belief))).predict(TEST.molecules)[0] for t in forest.trees
    ]
    said = np.stack(single)[:, :26]
    residual = forest.residual * forest.unit**2 * np.eye(26)
    return said.mean(axis=0), forest.spread * np.cov(said, rowvar=False) + residual


def _rest(belief: ForestBelief) -> tuple[float, float, float, float, dict[str, float]]:
    forest = belief.forest
    return forest.offset, forest.unit, forest.spread, forest.residual, {}


def test_mean_and_covariance_are_those_of_the_trees(belief: ForestBelief) -> None:
    mean, covariance = moments(belief)
    ours = belief.predict(ASKED)
    np.testing.assert_allclose(ours[0], mean[:20])
    np.testing.assert_allclose(ours[1], np.sqrt(np.diag(covariance))[:20])


def test_told_values_condition_the_gaussian_exactly(belief: ForestBelief) -> None:
    mean, covariance = moments(belief)
    a, b = slice(0, 20), slice(20, 26)
    gain = covariance[a, b] @ np.linalg.inv(covariance[b, b])
    expected = mean[a] + gain @ (TEST.values[b] - mean[b])
    left = covariance[a, a] - gain @ covariance[b, a]
    told = belief.given(TOLD[:2], TEST.values[20:22]).given(TOLD[2:], TEST.values[22:26])
    ours = told.predict(ASKED)
    np.testing.assert_allclose(ours[0], expected, rtol=1e-8)
    np.testing.assert_allclose(ours[1], np.sqrt(np.diag(left)), rtol=1e-6)
    drawn = told.draw(ASKED, 40_000, seed=0)
    np.testing.assert_allclose(drawn.mean(axis=0), expected, atol=5 * ours[1].max() / 200)
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), left, atol=0.05 * np.diag(left).max())


def test_what_it_was_told_it_knows(belief: ForestBelief) -> None:
    told = belief.given(TOLD, TEST.values[20:26])
    mean, sd = told.predict(TOLD)
    np.testing.assert_allclose(mean, TEST.values[20:26], rtol=1e-8)
    np.testing.assert_allclose(sd, 0.0, atol=1e-4)
    np.testing.assert_allclose(told.draw(TOLD, 5, seed=0), np.tile(TEST.values[20:26], (5, 1)), rtol=1e-6)


def test_told_twice_is_told_once(belief: ForestBelief) -> None:
    once, twice = (belief.given(TOLD[:1] * n, np.repeat(TEST.values[20], n)) for n in (1, 2))
    np.testing.assert_allclose(twice.predict(ASKED), once.predict(ASKED), rtol=1e-4)


def test_values_and_molecules_must_agree(belief: ForestBelief) -> None:
    with pytest.raises(ValueError, match="2 molecules come with 1"):
        belief.given(TOLD[:2], np.zeros(1))
