"""Expected hypervolume improvement against brute force, by quadrature and by BoTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from botorch.acquisition.multi_objective import logei

from loop.metrics import hypervolume
from loop.objective import Direction, FloatArray, Objective, gains
from surrogates.acquisitions.kit.ehvi import Improvement, one_thread
from surrogates.acquisitions.kit.view import QUANTILES

OBJECTIVES = (
    Objective("up", "1", Direction.MAXIMIZE, 0.0),
    Objective("inside", "1", Direction.WINDOW, 3.0, low=0.0, high=1.0),
    Objective("down", "1", Direction.MINIMIZE, 2.0),
)
SCALES = np.array([1.0, 1.0, 2.0])
MEASURED = np.array([[1.0, 0.5, 1.5], [0.5, 1.5, 0.5], [1.5, 2.5, 1.0], [0.2, 0.2, 1.9]])
MEANS = np.array([[1.2, 0.5, 0.8], [0.1, 2.0, 1.9], [0.4, 1.2, 0.1], [-3.0, 9.0, 4.0]])
SDS = np.array([[0.3, 0.4, 0.0], [0.2, 0.5, 0.0], [0.5, 0.5, 0.0], [0.1, 0.1, 0.0]])
"""The last property is exact; the last candidate is hopeless."""


def brute_force(n: int) -> FloatArray:
    """Mean improvement over ``n`` draws, each with its own exact hypervolume."""
    front = gains(OBJECTIVES, MEASURED) / SCALES
    before = hypervolume(front, 0.0)
    normal = np.random.default_rng(0).standard_normal((n, *MEANS.shape))
    drawn = gains(OBJECTIVES, MEANS + SDS * normal) / SCALES
    grown = [[hypervolume(np.vstack([front, point]), 0.0) for point in draw] for draw in drawn]
    return np.asarray(np.mean(grown, axis=0) - before)


def improvement() -> Improvement:
    return Improvement(gains(OBJECTIVES, MEASURED) / SCALES)


def test_the_volume_is_that_of_the_report() -> None:
    front = gains(OBJECTIVES, MEASURED) / SCALES
    assert improvement().volume == pytest.approx(hypervolume(front, 0.0))


def test_quadrature_and_botorch_agree_with_brute_force() -> None:
    wanted = brute_force(2000)
    slices = gains(OBJECTIVES, MEANS + SDS * QUANTILES[:, None, None]) / SCALES
    np.testing.assert_allclose(improvement().expected(slices), wanted, rtol=0.06, atol=1e-3)
    logs = improvement().log_expected(OBJECTIVES, MEANS, SDS, SCALES, draws=256, seed=0)
    np.testing.assert_allclose(np.exp(logs), wanted, rtol=0.06, atol=1e-3)


def test_logs_still_rank_what_a_sum_rounds_to_nothing() -> None:
    worse = MEANS[3] - np.array([5.0, 0.0, 0.0])
    logs = improvement().log_expected(OBJECTIVES, np.stack([MEANS[3], worse]), SDS[:2], SCALES, 64, 0)
    assert np.isfinite(logs).all()
    assert logs[0] > logs[1]


def test_nothing_above_the_reference_leaves_the_whole_box() -> None:
    poor = Improvement(np.full((3, 3), -1.0))
    assert poor.volume == 0.0
    np.testing.assert_allclose(poor.expected(np.full((1, 1, 3), 0.5)), 0.125)


def test_one_objective_is_expected_improvement() -> None:
    best = Improvement(np.array([[0.3], [0.8]]))
    assert best.volume == pytest.approx(0.8)
    np.testing.assert_allclose(best.expected(np.array([[[1.0], [0.5]]])), [0.2, 0.0], atol=1e-12)
    sure = best.log_expected(OBJECTIVES[:1], np.array([[1.0]]), np.zeros((1, 1)), np.ones(1), 16, 0)
    np.testing.assert_allclose(np.exp(sure), 0.2, rtol=1e-4)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    slices = np.random.default_rng(0).random((8, 50, 3))
    whole = improvement().expected(slices)
    monkeypatch.setattr("surrogates.acquisitions.kit.ehvi.BLOCK", 10)
    np.testing.assert_allclose(improvement().expected(slices), whole)


def test_the_number_of_threads_is_put_back() -> None:
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_botorch_still_has_the_switch_that_spares_its_compilation() -> None:
    assert logei._load_attempted is True
    assert logei._C is None
