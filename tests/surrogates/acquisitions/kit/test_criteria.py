"""Each criterion ranks by what it says it ranks by."""

from __future__ import annotations

import numpy as np

from loop.metrics import pareto_mask
from loop.objective import gains
from surrogates.acquisitions.kit.criteria import ParetoMembership, ScalarisedUCB, Thompson
from surrogates.acquisitions.kit.scalar import chebyshev, draw_weights, linear
from surrogates.acquisitions.kit.view import view_of
from tests.surrogates.questions import question

VIEW = view_of(question())


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_more_optimism_prefers_more_doubt() -> None:
    chosen = [ScalarisedUCB(beta).rank(VIEW, rng()).order[:10] for beta in (0.0, 10.0)]
    doubt = [VIEW.gain_moments[1][rows].mean() for rows in chosen]
    assert doubt[1] > doubt[0]


def test_membership_counts_pareto_sets() -> None:
    sure = VIEW.only(range(40))
    means, sds = sure.means_and_sds
    sure.__dict__["means_and_sds"] = means, np.zeros_like(sds)
    shares = ParetoMembership().rank(sure, rng()).values
    everything = np.vstack([sure.front, gains(sure.objectives, means)])
    np.testing.assert_array_equal(shares, pareto_mask(everything)[len(sure.front) :].astype(float))


def test_thompson_uses_a_new_draw_for_each_slot() -> None:
    criterion = Thompson(batch=3)
    seeds = [criterion.rank(VIEW, rng()).values for _ in range(3)]
    assert not np.allclose(seeds[1], seeds[2])


def test_chebyshev_looks_at_the_worst_and_linear_at_all() -> None:
    weights = np.array([0.5, 0.5])
    lopsided, balanced = np.array([2.0, 0.0]), np.array([0.9, 0.9])
    assert chebyshev(balanced, weights) > chebyshev(lopsided, weights)
    assert linear(lopsided, weights) > linear(balanced, weights)
    np.testing.assert_allclose(draw_weights(100, 4, rng()).sum(axis=1), 1.0)
