"""A table of beliefs as a BoTorch model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from botorch.sampling.normal import SobolQMCNormalSampler

from loop.objective import Direction, Objective
from tests.surrogates.acquisitions.kit.pool_model import PoolModel, ScaledGains

MEANS, SDS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([[0.1, 0.0], [0.2, 0.0], [0.3, 0.0]])


def test_the_posterior_is_read_from_the_table() -> None:
    posterior = PoolModel(MEANS, SDS).posterior(torch.tensor([[[2.0]], [[0.0]]]))
    np.testing.assert_allclose(posterior.mean.squeeze(-2).numpy(), MEANS[[2, 0]])
    np.testing.assert_allclose(posterior.variance.squeeze(-2).numpy(), SDS[[2, 0]] ** 2, atol=1e-9)


def test_candidates_asked_together_are_independent() -> None:
    posterior = PoolModel(MEANS, SDS).posterior(torch.tensor([[1.0], [2.0]]))
    np.testing.assert_allclose(posterior.mean.numpy(), MEANS[1:])
    draws = SobolQMCNormalSampler(torch.Size([512]), seed=0)(posterior).numpy()[..., 0]
    np.testing.assert_allclose(draws.std(axis=0), SDS[1:, 0], rtol=0.05)
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.1


def test_draws_are_joint_normal_and_exact_columns_do_not_move() -> None:
    posterior = PoolModel(MEANS, SDS).posterior(torch.tensor([[[1.0]]]))
    draws = SobolQMCNormalSampler(torch.Size([512]), seed=0)(posterior).numpy()[:, 0, 0]
    np.testing.assert_allclose(draws[:, 0].mean(), 3.0, atol=0.01)
    np.testing.assert_allclose(draws[:, 0].std(), 0.2, atol=0.01)
    np.testing.assert_array_equal(draws[:, 1], 4.0)


def test_what_a_table_cannot_say_is_refused() -> None:
    model = PoolModel(MEANS, SDS)
    with pytest.raises(NotImplementedError, match="without noise"):
        model.posterior(torch.tensor([[[1.0]]]), observation_noise=True)


def test_gains_are_those_of_the_objectives() -> None:
    objectives = (
        Objective("a", "1", Direction.MINIMIZE, 4.0),
        Objective("b", "1", Direction.WINDOW, 0.0, low=2.0),
    )
    gained = ScaledGains(objectives, np.array([2.0, 1.0]))(torch.tensor([[1.0, 1.0]], dtype=torch.float64))
    np.testing.assert_allclose(gained.numpy(), [[1.5, 0.5]])
