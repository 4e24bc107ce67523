"""Expected hypervolume improvement against brute force, by quadrature and by BoTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from botorch.acquisition.multi_objective import logei
from botorch.sampling.normal import SobolQMCNormalSampler
from botorch.utils.multi_objective.box_decompositions.non_dominated import FastNondominatedPartitioning

from loop.metrics import hypervolume
from loop.objective import Direction, FloatArray, Objective, gains
from surrogates.acquisitions.kit.ehvi import Improvement, one_thread
from surrogates.acquisitions.kit.view import quantiles
from tests.surrogates.acquisitions.kit.pool_model import PoolModel, ScaledGains

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


def by_botorch(draws: int) -> FloatArray:
    """BoTorch's own acquisition on the same beliefs (Ament et al., arXiv:2310.20708)."""
    origin = torch.zeros(3, dtype=torch.float64)
    front = torch.from_numpy(gains(OBJECTIVES, MEASURED) / SCALES)
    criterion = logei.qLogExpectedHypervolumeImprovement(
        model=PoolModel(MEANS, SDS),
        ref_point=origin,
        partitioning=FastNondominatedPartitioning(origin, front),  # type: ignore[arg-type]
        sampler=SobolQMCNormalSampler(torch.Size([draws]), seed=0),
        objective=ScaledGains(OBJECTIVES, SCALES),
    )
    with torch.no_grad():
        return np.asarray(criterion(torch.arange(4, dtype=torch.float64).reshape(-1, 1, 1)).exp())


def test_quadrature_and_botorch_agree_with_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logei, "_load_attempted", True)  # or it compiles a C++ extension at first use
    wanted = brute_force(2000)
    slices = gains(OBJECTIVES, MEANS + SDS * quantiles()[:, None, None]) / SCALES
    np.testing.assert_allclose(improvement().expected(slices), wanted, rtol=0.06, atol=1e-3)
    np.testing.assert_allclose(by_botorch(256), wanted, rtol=0.06, atol=1e-3)


def test_told_of_a_point_it_is_that_of_the_larger_front() -> None:
    front = gains(OBJECTIVES, MEASURED) / SCALES
    slices = gains(OBJECTIVES, MEANS + SDS * quantiles()[:, None, None]) / SCALES
    for new in (np.array([[1.4, 0.9, 0.7]]), np.array([[0.1, 0.1, 0.1]]), np.array([[-1.0, 2.0, 2.0]])):
        told, whole = improvement().told(new), Improvement(np.vstack([front, new]))
        assert told.volume == pytest.approx(whole.volume)
        np.testing.assert_allclose(told.expected(slices), whole.expected(slices), atol=1e-12)
    assert improvement().volume == pytest.approx(hypervolume(front, 0.0)), "the one told stays as it was"


def test_nothing_above_the_reference_leaves_the_whole_box() -> None:
    poor = Improvement(np.full((3, 3), -1.0))
    assert poor.volume == 0.0
    np.testing.assert_allclose(poor.expected(np.full((1, 1, 3), 0.5)), 0.125)


def test_one_objective_is_expected_improvement() -> None:
    best = Improvement(np.array([[0.3], [0.8]]))
    assert best.volume == pytest.approx(0.8)
    np.testing.assert_allclose(best.expected(np.array([[[1.0], [0.5]]])), [0.2, 0.0], atol=1e-12)


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
