"""Expected improvement under random weights, against BoTorch and against integrals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.acquisition.objective import GenericMCObjective
from botorch.sampling.normal import SobolQMCNormalSampler
from scipy.stats import norm
from torch import Tensor

from loop.objective import Direction, FloatArray, Objective, gains
from surrogates.acquisitions.kit import parego
from surrogates.acquisitions.kit.parego import LogNParEGO, log_improvement
from surrogates.acquisitions.kit.scalar import chebyshev
from surrogates.acquisitions.kit.view import view_of
from tests.surrogates.acquisitions.kit.pool_model import PoolModel
from tests.surrogates.questions import question

OBJECTIVES = (
    Objective("up", "1", Direction.MAXIMIZE, 0.0),
    Objective("inside", "1", Direction.WINDOW, 3.0, low=0.0, high=1.0),
    Objective("down", "1", Direction.MINIMIZE, 2.0),
)
WEIGHTS = np.array([0.5, 0.2, 0.3])
MEANS = np.array([[1.0, 0.5, 1.5], [0.5, 1.5, 0.5], [1.2, 0.5, 0.8], [0.1, 2.0, 1.9], [0.4, 1.2, 0.1]])
SDS = np.array([[0.1, 0.1, 0.0], [0.2, 0.1, 0.0], [0.3, 0.4, 0.0], [0.2, 0.5, 0.0], [0.5, 0.5, 0.0]])
"""The first two are measured with some doubt left, the others are candidates."""


def value(drawn: FloatArray) -> FloatArray:
    return chebyshev(gains(OBJECTIVES, drawn), WEIGHTS)


def by_botorch(draws: int) -> FloatArray:
    """The acquisition that ``qLogNParEGO`` is made of, with this kit's scalarisation."""

    def objective(samples: Tensor, X: Tensor | None = None) -> Tensor:
        return torch.from_numpy(value(samples.numpy()))

    criterion = qLogNoisyExpectedImprovement(
        model=PoolModel(MEANS, SDS),
        X_baseline=torch.tensor([[0.0], [1.0]], dtype=torch.float64),
        sampler=SobolQMCNormalSampler(torch.Size([draws]), seed=0),
        objective=GenericMCObjective(objective),
        prune_baseline=False,
        cache_root=False,
    )
    with torch.no_grad():
        return np.asarray(criterion(torch.arange(2, 5, dtype=torch.float64).reshape(-1, 1, 1)))


def test_it_is_botorchs_noisy_improvement() -> None:
    normal = np.random.default_rng(0).standard_normal((2**14, *MEANS.shape))
    drawn = value(MEANS + SDS * normal)
    ours = log_improvement(drawn[:, 2:], drawn[:, :2].max(axis=1))
    np.testing.assert_allclose(np.exp(ours), np.exp(by_botorch(2**12)), rtol=0.05, atol=1e-4)


def test_what_cannot_improve_is_still_ordered() -> None:
    logs = log_improvement(np.array([[-1.0, -2.0, 1.0]]), np.zeros(1))
    assert logs[2] == pytest.approx(0.0, abs=1e-5)
    assert logs[0] > logs[1]
    assert np.isfinite(logs).all()


def test_one_straight_goal_is_expected_improvement_in_closed_form() -> None:
    """Of a scalarised single gain: the value is the gain and its linear share."""
    goal = Objective("boiling", "K", Direction.MAXIMIZE, 300.0)
    asked = replace(question(), objectives=(goal,), front=question().front[:, :1], exact={})
    view = view_of(asked)
    mean, sd = (table[:, 0] * 1.05 for table in view.gain_moments)
    drawn = parego._drawn(view, np.ones(1), 1.0)
    best = float(np.median(mean))
    z = (mean - best) / sd
    wanted = (mean - best) * norm.cdf(z) + sd * norm.pdf(z)
    found = np.exp(log_improvement(drawn, np.full(len(drawn), best)))
    np.testing.assert_allclose(found, wanted, rtol=0.02, atol=2e-3 * wanted.max())


def test_the_best_of_what_is_known_is_drawn_where_doubt_is_left() -> None:
    view = view_of(question())
    best = parego._best(view, WEIGHTS, seed=0)
    sure = replace(view, beliefs={})
    measured = parego._best(sure, WEIGHTS, seed=0)
    np.testing.assert_allclose(measured, chebyshev(view.front / view.scales, WEIGHTS).max())
    assert best.std() > 0.0
    assert best.mean() == pytest.approx(measured[0], abs=4 * best.std() + 0.2)


def test_a_pick_leaves_less_to_improve() -> None:
    view, criterion = view_of(question()), LogNParEGO(exploration=1.4)
    before = criterion.rank(view, np.random.default_rng(0))
    first = int(before.order[0])
    after = criterion.rank(view.believing(first), np.random.default_rng(0))
    assert after.values[first] < before.values[first]
    assert "weights boiling" in before.reason(first)
