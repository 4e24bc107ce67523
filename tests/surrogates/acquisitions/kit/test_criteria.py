"""Each criterion ranks by what it says it ranks by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surrogates.acquisitions.kit.criteria import FINALISTS, LogEHVI, ScalarisedUCB, Thompson, optimism
from surrogates.acquisitions.kit.ehvi import Improvement
from surrogates.acquisitions.kit.scalar import chebyshev, draw_weights, linear
from surrogates.acquisitions.kit.view import view_of
from tests.surrogates.questions import question

VIEW = view_of(question())


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_log_ehvi_puts_first_what_quadrature_puts_near_the_top() -> None:
    ranking = LogEHVI(draws=128, beta=1.0).rank(VIEW, rng())
    assert sorted(ranking.order) == list(range(len(VIEW.candidates)))
    table = Improvement(VIEW.front / VIEW.scales).expected(VIEW.gain_slices)
    assert table[ranking.order[0]] > 0.9 * table.max()
    assert (np.diff(table[ranking.order[FINALISTS:]]) <= 1e-3 * table.max()).all()
    assert "expected hypervolume gain" in ranking.reason(int(ranking.order[0]))


def test_a_saturated_front_is_decided_by_the_upper_confidence_bound() -> None:
    best = np.full((1, 3), 1e4)
    ranking = LogEHVI(draws=16, beta=1.0).rank(replace(VIEW, front=np.vstack([VIEW.front, best])), rng())
    bounds = optimism(VIEW, np.full(3, 1 / 3), 1.0)
    assert ranking.order[0] == np.argmax(bounds)
    assert "no hypervolume left" in ranking.reason(int(ranking.order[0]))


def test_more_optimism_prefers_more_doubt() -> None:
    chosen = [ScalarisedUCB(beta).rank(VIEW, rng()).order[:10] for beta in (0.0, 10.0)]
    doubt = [VIEW.gain_moments[1][rows].mean() for rows in chosen]
    assert doubt[1] > doubt[0]


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
