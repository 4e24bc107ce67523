"""Criteria of the front rank by what they say they rank by."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from loop.metrics import hypervolume
from loop.objective import FloatArray, gains
from surrogates.acquisitions.kit.criteria import TIE_OPTIMISM, optimism
from surrogates.acquisitions.kit.ehvi import Improvement
from surrogates.acquisitions.kit.improvement import HVProbability, LogEHVI
from surrogates.acquisitions.kit.view import View, view_of
from tests.surrogates.questions import OBJECTIVES, question

VIEW = view_of(question())


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_log_ehvi_ranks_by_expected_improvement() -> None:
    ranking = LogEHVI(exploration=1.0).rank(VIEW, rng())
    assert sorted(ranking.order) == list(range(len(VIEW.candidates)))
    table = Improvement(VIEW.front / VIEW.scales).expected(VIEW.gain_slices(1.0))
    assert (np.diff(table[ranking.order]) <= 2e-3 * table.max()).all()
    assert "expected hypervolume gain" in ranking.reason(int(ranking.order[0]))


def test_a_saturated_front_is_decided_by_the_upper_confidence_bound() -> None:
    best = np.full((1, 3), 1e4)
    full = replace(VIEW, front=np.vstack([VIEW.front, best]))
    bounds = optimism(VIEW, np.full(3, 1 / 3), TIE_OPTIMISM)
    for criterion in (LogEHVI(exploration=1.0), HVProbability(exploration=1.0)):
        ranking = criterion.rank(full, rng())
        assert ranking.order[0] == np.argmax(bounds)
        assert "no hypervolume" in ranking.reason(int(ranking.order[0]))


def test_told_of_a_pick_they_rank_as_if_new() -> None:
    for make in (LogEHVI, HVProbability):
        criterion = make(exploration=1.0)
        first = criterion.rank(VIEW, rng())
        grown = VIEW.believing(int(first.order[0]))
        again, new = criterion.rank(grown, rng()), make(exploration=1.0).rank(grown, rng())
        np.testing.assert_allclose(again.values, new.values, atol=1e-12)


def drawn_gains(view: View, draws: int) -> FloatArray:
    means, sds = view.means_and_sds
    normal = rng().standard_normal((draws, *means.shape))
    return gains(view.objectives, means + sds * normal)


def adds(drawn: FloatArray, front: FloatArray) -> NDArray[np.bool_]:
    """Whether each point is above every reference and not dominated by the front."""
    dominated = (drawn[..., None, :] <= front).all(axis=-1).any(axis=-1)
    return np.asarray((drawn > 0).all(axis=-1) & ~dominated)


def counted(view: View, draws: int) -> FloatArray:
    """Share of draws in which each candidate adds hypervolume."""
    return np.asarray(adds(drawn_gains(view, draws), view.front).mean(axis=0))


def test_what_adds_hypervolume_is_above_the_references_and_not_dominated() -> None:
    points = drawn_gains(VIEW.only(range(10)), 10).reshape(-1, 3)
    before = hypervolume(VIEW.front, 0.0)
    grows = [hypervolume(np.vstack([VIEW.front, point]), 0.0) > before for point in points]
    np.testing.assert_array_equal(adds(points, VIEW.front), grows)


def test_the_probability_is_the_share_of_draws_that_add_hypervolume() -> None:
    view = VIEW.only(range(0, 60, 5))
    shares = HVProbability(exploration=1.0).rank(view, rng()).values
    assert shares.max() - shares.min() > 0.2, "a test of something"
    np.testing.assert_allclose(shares, counted(view, 5000), atol=0.025)


def test_one_goal_is_the_probability_of_improvement() -> None:
    for goal in OBJECTIVES[:2]:
        k = OBJECTIVES.index(goal)
        asked = replace(question(), objectives=(goal,), front=question().front[:, k : k + 1], exact={})
        view = view_of(asked).only(range(0, 40, 4))
        shares = HVProbability(exploration=1.0).rank(view, rng()).values
        np.testing.assert_allclose(shares, counted(view, 5000), atol=0.025)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    chances = [partial(VIEW.exceeding, k, exploration=1.0) for k in range(3)]
    improvement = Improvement(VIEW.front / VIEW.scales)
    whole = improvement.probability(chances)
    monkeypatch.setattr("surrogates.acquisitions.kit.ehvi.BLOCK", 100)
    np.testing.assert_allclose(improvement.probability(chances), whole)
