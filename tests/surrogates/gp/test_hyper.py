"""The likelihood's gradient, and what the fit finds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad

from surrogates.gp import hyper
from surrogates.gp.kernels import MaternKernel, MinMaxKernel, SumKernel, matern_share
from tests.surrogates.boiling import evidence

KERNELS = [MinMaxKernel(), MaternKernel(), SumKernel()]


@pytest.mark.parametrize("kernel", KERNELS)
def test_gradients_are_those_of_the_likelihood(kernel: MinMaxKernel | MaternKernel | SumKernel) -> None:
    data = evidence(30)
    values = (data.values - data.values.mean()) / data.values.std()
    correlation = kernel.among(data.molecules)

    def part(k: int) -> object:
        return lambda theta: hyper._negative_log_likelihood(correlation, theta, values, np.full(30, 0.01))[k]

    theta = np.array([0.3, -2.0, *(p.mean + 0.4 for p in kernel.priors)])
    assert check_grad(part(0), part(1), theta) < 1e-4


@pytest.mark.parametrize("kernel", KERNELS)
def test_covariances_have_their_diagonal_and_are_positive_definite(
    kernel: MinMaxKernel | MaternKernel | SumKernel,
) -> None:
    molecules = evidence(100).molecules
    theta = np.array([p.mean for p in kernel.priors])
    matrix = kernel.between(molecules, molecules, theta)
    np.testing.assert_allclose(np.diag(matrix), kernel.diagonal(molecules, theta), atol=1e-6)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > -1e-9


def test_noise_and_length_of_a_known_process_are_found() -> None:
    molecules = evidence(300).molecules
    kernel, rng = MaternKernel(), np.random.default_rng(0)
    theta = np.array([kernel.priors[0].mean])
    covariance = kernel.between(molecules, molecules, theta) + 0.09 * np.eye(300)
    values = np.linalg.cholesky(covariance) @ rng.standard_normal(300)
    found = hyper.fit(kernel.among(molecules), kernel.priors, values - values.mean(), np.zeros(300))
    assert np.exp(found[1]) == pytest.approx(0.09, rel=0.6)
    assert found[2] == pytest.approx(theta[0], abs=0.4)


def test_the_matern_kernel_gets_all_of_a_signal_that_is_its_own() -> None:
    molecules = evidence(200).molecules
    theta = np.array([MaternKernel().priors[0].mean])
    covariance = MaternKernel().between(molecules, molecules, theta) + 1e-3 * np.eye(200)
    values = np.linalg.cholesky(covariance) @ np.random.default_rng(1).standard_normal(200)
    kernel = SumKernel()
    found = hyper.fit(kernel.among(molecules), kernel.priors, values, np.zeros(200))
    assert matern_share(found[2:]) > 0.7
