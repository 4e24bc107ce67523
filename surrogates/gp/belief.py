"""A Gaussian process in closed form: what a surrogate believes after its measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import Evidence
from surrogates.gp import hyper, linalg
from surrogates.gp.hyper import MEAN_VARIANCE, Hyperparameters
from surrogates.gp.kernels import Kernel
from surrogates.gp.similarity import Molecules

SUBSET = 400
"""Measurements the hyperparameters are first fitted to; all of them refine the result."""

REFINING_STEPS = 8
"""Evaluations of the likelihood of all measurements, where there are more than the subset."""


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
    """

    kernel: Kernel
    hyperparameters: Hyperparameters
    offset: float
    unit: float
    molecules: Molecules
    values: FloatArray
    variances: FloatArray

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
        if not molecules:
            return np.empty(0), np.empty(0)
        cross = self._covariance(tuple(molecules), self.molecules)
        explained = linalg.solve_lower(self._factor, cross.T)
        known = np.einsum("ij,ij->j", explained, explained)
        variances = self.hyperparameters.signal + MEAN_VARIANCE - known
        sds = np.sqrt(np.maximum(variances, 0.0))
        return self.offset + self.unit * (cross @ self._weights), self.unit * sds

    def draw(self, molecules: Sequence[Molecule], n: int, seed: int) -> FloatArray:
        """Joint posterior draws of the noise-free values, shape ``(n, n_molecules)``."""
        asked = tuple(molecules)
        if not asked:
            return np.empty((n, 0))
        cross = self._covariance(asked, self.molecules)
        explained = linalg.solve_lower(self._factor, cross.T)
        factor = linalg.lower_cholesky(self._covariance(asked, asked) - explained.T @ explained)
        normal = np.random.default_rng(seed).standard_normal((n, len(asked)))
        return self.offset + self.unit * (cross @ self._weights + normal @ factor.T)

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
        )

    @cached_property
    def _factor(self) -> FloatArray:
        own = self._covariance(self.molecules, self.molecules)
        return linalg.lower_cholesky(own + np.diag(self.variances))

    @cached_property
    def _weights(self) -> FloatArray:
        return linalg.solve(self._factor, self.values)

    def _covariance(self, first: Molecules, second: Molecules) -> FloatArray:
        covariance = self.hyperparameters.signal * self.kernel.between(
            first, second, self.hyperparameters.kernel
        )
        covariance += MEAN_VARIANCE
        return covariance


def fit(kernel: Kernel, evidence: Evidence, seed: int) -> GaussianBelief:
    """Fit a Gaussian process to one property.

    Raises
    ------
    ValueError
        With fewer than two measurements, repeated molecules, lengths that do not agree, values that are
        not finite, or negative uncertainties.
    """
    _check(evidence)
    offset, unit = float(evidence.values.mean()), float(evidence.values.std())
    if unit <= 1e-12 * max(1.0, abs(offset)):
        unit = 1.0  # constant values say nothing of their own spread
    values = (evidence.values - offset) / unit
    known = (evidence.uncertainties / unit) ** 2
    theta = _hyperparameters(kernel, evidence.molecules, values, known, seed)
    found = Hyperparameters(float(theta[0]), float(theta[1]), theta[2:])
    return GaussianBelief(kernel, found, offset, unit, evidence.molecules, values, known + found.noise)


def _hyperparameters(
    kernel: Kernel, molecules: Molecules, values: FloatArray, known: FloatArray, seed: int
) -> FloatArray:
    n = len(molecules)
    if n <= SUBSET:
        return hyper.fit(kernel.among(molecules), kernel.priors, values, known)
    some = np.sort(np.random.default_rng(seed).choice(n, SUBSET, replace=False))
    few = tuple(molecules[i] for i in some)
    start = hyper.fit(kernel.among(few), kernel.priors, values[some], known[some])
    return hyper.fit(kernel.among(molecules), kernel.priors, values, known, start, REFINING_STEPS)


def _check(evidence: Evidence) -> None:
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
