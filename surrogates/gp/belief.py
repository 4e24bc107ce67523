"""A Gaussian process in closed form: what a surrogate believes after its measurements."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import Evidence
from surrogates.gp import hyper, linalg
from surrogates.gp.hyper import MEAN_VARIANCE, Hyperparameters
from surrogates.gp.kernels import Kernel
from surrogates.gp.similarity import LARGE, Molecules, survey

RUNG = 1.2
"""Hyperparameters are fitted anew whenever there are so many times as many measurements."""

FIRST_RUNG = 10
"""Up to so many measurements they are fitted every time."""

MOST_FITTED = 400
"""Measurements the hyperparameters are fitted to at most, evenly spaced in the order they came."""

MOST_AT_ONCE = 2_000_000
"""Elements of a covariance worked on at once: larger arrays cost more in memory than in arithmetic."""

MOST_REMEMBERED = 4_000_000
"""Elements of the last answer's working that a belief keeps, for the belief that follows it."""


@dataclass(frozen=True)
class GaussianBelief:
    """A fitted Gaussian process on one property; fulfils ``loop.protocols.Belief``.

    Attributes
    ----------
    kernel, hyperparameters
        The prior.
    offset, unit
        Mean and standard deviation of the measured values, in the property's unit.
    molecules
        What it was told of.
    values, variances
        Standardised values and their whole noise variances, shape ``(n,)``.
    before
        The belief that this one extends by its last measurements, whose work is used again.
    """

    kernel: Kernel
    hyperparameters: Hyperparameters
    offset: float
    unit: float
    molecules: Molecules
    values: FloatArray
    variances: FloatArray
    before: GaussianBelief | None = field(default=None, repr=False, compare=False)

    @cached_property
    def diagnostics(self) -> Mapping[str, float]:
        """Figures on the fit, in the property's unit.

        Leave-one-out figures are in closed form (Rasmussen & Williams, 5.4.2) and judge the prediction of
        the measurement, noise included: ``loo_nll`` (nats), ``loo_rmse``, ``loo_coverage_95`` (fraction
        inside the central 95 % interval). ``noise_sd`` and ``signal_sd`` are the fitted ones.
        """
        means, sds = self.left_out()
        errors = self.offset + self.unit * self.values - means
        nll = 0.5 * np.log(2 * np.pi * sds**2) + 0.5 * (errors / sds) ** 2
        return {
            "n": float(len(self.molecules)),
            "loo_nll": float(nll.mean()),
            "loo_rmse": float(np.sqrt((errors**2).mean())),
            "loo_coverage_95": float((np.abs(errors) <= 1.959964 * sds).mean()),
            "noise_sd": self.unit * float(np.sqrt(self.hyperparameters.noise)),
            "signal_sd": self.unit * float(np.sqrt(self.hyperparameters.signal)),
        }

    def left_out(self) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of each measurement given all the others, each of shape ``(n,)``."""
        precision = linalg.inverse(self._factor)
        variances = 1.0 / np.diag(precision)
        means = self.values - (precision @ self.values) * variances
        return self.offset + self.unit * means, self.unit * np.sqrt(variances)

    def predict(self, molecules: Sequence[Molecule]) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the noise-free value, each of shape ``(n,)``."""
        asked = tuple(molecules)
        if not asked:
            return np.empty(0), np.empty(0)
        block = max(LARGE, MOST_AT_ONCE // len(self.molecules))
        if len(asked) > block:
            survey(asked)
            parts = [self._predict(asked[k : k + block]) for k in range(0, len(asked), block)]
            means, sds = (np.concatenate(part) for part in zip(*parts, strict=True))
            return means, sds
        return self._predict(asked)

    def _predict(self, asked: Molecules) -> tuple[FloatArray, FloatArray]:
        explained = self._explained(asked)
        known = np.einsum("ij,ij->j", explained, explained)
        own = self.kernel.diagonal(asked, self.hyperparameters.kernel)
        variances = self.hyperparameters.signal * own + MEAN_VARIANCE - known
        means = explained.T @ linalg.solve_lower(self._factor, self.values)
        return self.offset + self.unit * means, self.unit * np.sqrt(np.maximum(variances, 0.0))

    def draw(self, molecules: Sequence[Molecule], n: int, seed: int) -> FloatArray:
        """Joint posterior draws of the noise-free values, shape ``(n, n_molecules)``."""
        asked = tuple(molecules)
        if not asked:
            return np.empty((n, 0))
        explained = self._explained(asked)
        means = explained.T @ linalg.solve_lower(self._factor, self.values)
        factor = linalg.lower_cholesky(self._covariance(asked, asked) - explained.T @ explained)
        normal = np.random.default_rng(seed).standard_normal((n, len(asked)))
        return self.offset + self.unit * (means + normal @ factor.T)

    def given(self, molecules: Sequence[Molecule], values: FloatArray) -> GaussianBelief:
        """The belief after these values, hyperparameters and standardisation kept."""
        if len(molecules) != len(values):
            raise ValueError(f"{len(molecules)} molecules come with {len(values)} values")
        return GaussianBelief(
            self.kernel,
            self.hyperparameters,
            self.offset,
            self.unit,
            (*self.molecules, *molecules),
            np.concatenate([self.values, (np.asarray(values) - self.offset) / self.unit]),
            np.concatenate([self.variances, np.full(len(molecules), self.hyperparameters.noise)]),
            before=self,
        )

    @cached_property
    def _factor(self) -> FloatArray:
        """Lower Cholesky factor of the covariance of the measurements, shape ``(n, n)``."""
        if self.before is None:
            own = self._covariance(self.molecules, self.molecules)
            return linalg.lower_cholesky(own + np.diag(self.variances))
        known = len(self.before.molecules)
        new = self.molecules[known:]
        corner = self._covariance(new, new) + np.diag(self.variances[known:])
        cross = self._covariance(new, self.before.molecules)
        return linalg.extended(self.before._factor, cross, corner)

    def _explained(self, asked: Molecules) -> FloatArray:
        """What of ``asked`` the measurements explain: the solution of ``factor @ x = covariance``.

        Shape ``(n, len(asked))``. The belief before gives its rows, if it was asked the same.
        """
        if self._last and self._last[0][0] == asked:
            return self._last[0][1]
        earlier = self.before._last if self.before is not None else []
        if self.before is not None and earlier and earlier[0][0] == asked:
            known = len(self.before.molecules)
            rest = self._covariance(self.molecules[known:], asked)
            rest -= self._factor[known:, :known] @ earlier[0][1]
            found = np.vstack([earlier[0][1], linalg.solve_lower(self._factor[known:, known:], rest)])
        else:
            found = linalg.solve_lower(self._factor, self._covariance(asked, self.molecules).T)
        self._last[:] = [(asked, found)] if found.size <= MOST_REMEMBERED else []
        return found

    @cached_property
    def _last(self) -> list[tuple[Molecules, FloatArray]]:
        """What was asked last and the working of the answer, if that is not too large to keep."""
        return []

    def _covariance(self, first: Molecules, second: Molecules) -> FloatArray:
        covariance = self.hyperparameters.signal * self.kernel.between(
            first, second, self.hyperparameters.kernel
        )
        covariance += MEAN_VARIANCE
        return covariance


def fit(kernel: Kernel, evidence: Evidence) -> GaussianBelief:
    """Fit a Gaussian process to one property.

    All measurements are believed; hyperparameters and standardisation come from the first of them, up to the
    last rung of a ladder whose steps grow by ``RUNG``, so that most rounds of a campaign share a fit.

    Raises
    ------
    ValueError
        With fewer than two measurements, repeated molecules, lengths that do not agree, values that are
        not finite, or negative uncertainties.
    """
    check(evidence)
    n = _rung(len(evidence.molecules))
    offset, unit = standardisation(evidence.values[:n])
    values, known = (evidence.values - offset) / unit, (evidence.uncertainties / unit) ** 2
    some = np.unique(np.linspace(0, n - 1, min(n, MOST_FITTED)).astype(int))
    found = _hyperparameters(
        kernel,
        tuple(evidence.molecules[i] for i in some),
        tuple(values[some].tolist()),
        tuple(known[some].tolist()),
    )
    return GaussianBelief(kernel, found, offset, unit, evidence.molecules, values, known + found.noise)


def _rung(n: int) -> int:
    """The highest rung of the ladder that ``n`` measurements reach."""
    rung = FIRST_RUNG
    if n <= rung:
        return n
    while math.ceil(rung * RUNG) <= n:
        rung = math.ceil(rung * RUNG)
    return rung


@lru_cache(maxsize=64)
def _hyperparameters(
    kernel: Kernel, molecules: Molecules, values: tuple[float, ...], known: tuple[float, ...]
) -> Hyperparameters:
    theta = hyper.fit(kernel.among(molecules), kernel.priors, np.array(values), np.array(known))
    return Hyperparameters(float(theta[0]), float(theta[1]), theta[2:])


def standardisation(values: FloatArray) -> tuple[float, float]:
    """Mean and standard deviation of measured values."""
    offset, unit = float(values.mean()), float(values.std())
    # Constant values say nothing of their own spread.
    return offset, 1.0 if unit <= 1e-12 * max(1.0, abs(offset)) else unit


def check(evidence: Evidence) -> None:
    """Refuse what nothing can be fitted to.

    Raises
    ------
    ValueError
        See :func:`fit`.
    """
    name, n = evidence.property.name, len(evidence.molecules)
    if n < 2:
        raise ValueError(f"{name} has {n} measurements; a surrogate needs at least 2")
    if len(set(evidence.molecules)) < n:
        raise ValueError(f"a molecule occurs twice among the measurements of {name}")
    if evidence.values.shape != (n,) or evidence.uncertainties.shape != (n,):
        raise ValueError(f"{name}: {n} molecules need as many values and uncertainties")
    if not np.isfinite(evidence.values).all():
        raise ValueError(f"a measurement of {name} is not a finite number")
    if not (np.isfinite(evidence.uncertainties).all() and (evidence.uncertainties >= 0).all()):
        raise ValueError(f"an uncertainty of {name} is negative or not finite")
