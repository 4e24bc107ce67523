"""Hyperparameters by the largest posterior density: marginal likelihood times a broad prior.

Values are standardised beforehand, so that one set of priors serves every property. The covariance of
the observations is ``signal * k + 1 + diag(noise + known variances)``: the constant 1 is a prior on the
mean, which makes the mean's uncertainty part of every prediction without a special case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from loop.objective import FloatArray
from surrogates.gp import linalg

STEPS = 60
"""Most evaluations of the likelihood."""

MEAN_VARIANCE = 1.0
"""Prior variance of the constant mean, in standardised units."""


@dataclass(frozen=True)
class Prior:
    """A Gaussian prior on one unconstrained hyperparameter, cut at four standard deviations."""

    mean: float
    sd: float


SIGNAL = Prior(0.0, 1.0)
"""Log of the signal variance."""

NOISE = Prior(float(np.log(0.05)), 1.5)
"""Log of the fitted noise variance: what the model cannot explain, beyond the known uncertainties."""

Correlation = Callable[[FloatArray], tuple[FloatArray, Sequence[FloatArray]]]
"""Kernel hyperparameters -> covariance matrix in units of the signal, and its derivatives."""


@dataclass(frozen=True)
class Hyperparameters:
    """What was fitted: log signal variance, log noise variance, and the kernel's own."""

    log_signal: float
    log_noise: float
    kernel: FloatArray

    @property
    def signal(self) -> float:
        """Signal variance, in standardised units."""
        return float(np.exp(self.log_signal))

    @property
    def noise(self) -> float:
        """Fitted noise variance, in standardised units."""
        return float(np.exp(self.log_noise))


def fit(
    correlation: Correlation,
    priors: Sequence[Prior],
    values: FloatArray,
    variances: FloatArray,
) -> FloatArray:
    """Maximise the log posterior density of the hyperparameters with L-BFGS.

    Gradients follow Rasmussen & Williams, *Gaussian Processes for Machine Learning*, eq. 5.9.

    Parameters
    ----------
    correlation
        The kernel on the molecules of ``values``.
    priors
        Priors of the kernel's own hyperparameters.
    values, variances
        Standardised values and their known noise variances, shape ``(n,)``.

    Returns
    -------
    Log signal, log noise and the kernel's hyperparameters, shape ``(2 + len(priors),)``.
    """
    every = (SIGNAL, NOISE, *priors)
    means, sds = np.array([p.mean for p in every]), np.array([p.sd for p in every])

    def loss(theta: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = _negative_log_likelihood(correlation, theta, values, variances)
        away = (theta - means) / sds
        return value + 0.5 * float(away @ away), gradient + away / sds

    from scipy.optimize import minimize  # noqa: PLC0415 - a third of a second, for those who fit

    found = minimize(
        loss,
        means,
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(means - 4 * sds, means + 4 * sds, strict=True)),
        options={"maxfun": STEPS, "ftol": 1e-6, "gtol": 1e-3},
    )
    return np.asarray(found.x)


def _negative_log_likelihood(
    correlation: Correlation, theta: FloatArray, values: FloatArray, variances: FloatArray
) -> tuple[float, FloatArray]:
    signal, noise = np.exp(theta[:2])
    k, derivatives = correlation(theta[2:])
    factor = linalg.lower_cholesky(signal * k + MEAN_VARIANCE + np.diag(noise + variances))
    precision = linalg.inverse(factor)
    weights = precision @ values
    value = 0.5 * float(values @ weights) + float(np.log(np.diag(factor)).sum())
    slope = 0.5 * (precision - np.outer(weights, weights))
    gradient = [signal * np.vdot(slope, k), noise * np.trace(slope)]
    gradient += [signal * np.vdot(slope, d) for d in derivatives]
    return value + 0.5 * len(values) * float(np.log(2 * np.pi)), np.array(gradient)
