"""Growing a forest and finding out, from the measurements each tree never saw, how far to believe it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from sklearn.ensemble import RandomForestRegressor

from loop.calibration import left_out_figures
from loop.objective import FloatArray
from loop.protocols import Evidence
from surrogates.forest.belief import Forest, ForestBelief
from surrogates.forest.inputs import Inputs, inputs
from surrogates.gp.fitting import check, standardisation
from surrogates.gp.hyper import Prior

SPREAD = Prior(0.0, 1.0)
"""Log of the factor on the variance among trees."""

RESIDUAL = Prior(float(np.log(0.1)), 1.5)
"""Log of the residual variance, in standardised units."""

DIGITS = 9
"""Decimals of a standardised value: two splits that are equally good must not be told apart by rounding."""


@dataclass(frozen=True)
class Recipe:
    """How a forest is grown; the settings of :class:`surrogates.random_forest.RandomForest`."""

    trees: int
    max_features: float
    min_leaf: int
    environments: int


@dataclass(frozen=True)
class OutOfBag:
    """Each measurement as predicted by the trees that never saw it, in standardised units, shape ``(n,)``.

    Attributes
    ----------
    errors
        Measured less predicted.
    apart
        Variance among these trees.
    known
        Known variance of the measurement.
    """

    errors: FloatArray
    apart: FloatArray
    known: FloatArray

    def variances(self, spread: float, residual: float) -> FloatArray:
        """Predictive variance of each measurement."""
        return spread * self.apart + residual + self.known


def grow(recipe: Recipe, evidence: Evidence, seed: int) -> ForestBelief:
    """Fit a forest to one property.

    Trees draw a measurement of known uncertainty ``u``, in units of the spread of the values, in proportion
    to ``1 / (1 + u ** 2)``; what such measurements miss by is not put down to the residual.

    Raises
    ------
    ValueError
        With fewer than two measurements, repeated molecules, lengths that do not agree, values that are
        not finite, or negative uncertainties.
    """
    check(evidence)
    offset, unit = standardisation(evidence.values)
    values = np.round((evidence.values - offset) / unit, DIGITS)
    known = (evidence.uncertainties / unit) ** 2
    rows = inputs(evidence.molecules, recipe.environments)
    model = RandomForestRegressor(
        recipe.trees,
        max_features=recipe.max_features,
        min_samples_leaf=recipe.min_leaf,
        random_state=seed,
    ).fit(rows, values, sample_weight=1.0 / (1.0 + known))
    left_out = _out_of_bag(model, rows, values, known)
    spread, residual = calibrated(left_out)
    trees = tuple(tree.tree_ for tree in model.estimators_)
    figures = _figures(left_out, spread, residual, unit)
    return ForestBelief(Forest(trees, recipe.environments, offset, unit, spread, residual, figures))


def calibrated(left_out: OutOfBag) -> tuple[float, float]:
    """Factor on the variance among trees, and residual variance, of the largest posterior density."""
    priors = (SPREAD, RESIDUAL)
    means, sds = np.array([p.mean for p in priors]), np.array([p.sd for p in priors])

    def loss(theta: FloatArray) -> tuple[float, FloatArray]:
        spread, residual = np.exp(theta)
        variances = left_out.variances(spread, residual)
        slope = 0.5 * (1.0 - left_out.errors**2 / variances) / variances
        away = (theta - means) / sds
        value = 0.5 * float((np.log(variances) + left_out.errors**2 / variances).sum() + away @ away)
        return value, np.array([spread * slope @ left_out.apart, residual * slope.sum()]) + away / sds

    bounds = list(zip(means - 4 * sds, means + 4 * sds, strict=True))
    found = minimize(loss, means, jac=True, method="L-BFGS-B", bounds=bounds)
    spread, residual = np.exp(found.x)
    return float(spread), float(residual)


def _out_of_bag(
    model: RandomForestRegressor, rows: Inputs, values: FloatArray, known: FloatArray
) -> OutOfBag:
    said = np.stack([tree.tree_.predict(rows)[:, 0] for tree in model.estimators_])
    unseen = np.ones(said.shape, dtype=bool)
    for tree, drawn in enumerate(model.estimators_samples_):
        unseen[tree, drawn] = False
    judged = unseen.sum(axis=0) >= 2  # a variance takes two; of 50 trees hardly a measurement has fewer
    said = np.where(unseen, said, np.nan)[:, judged]
    return OutOfBag(values[judged] - np.nanmean(said, axis=0), np.nanvar(said, axis=0, ddof=1), known[judged])


def _figures(left_out: OutOfBag, spread: float, residual: float, unit: float) -> dict[str, float]:
    """See :attr:`surrogates.forest.belief.ForestBelief.diagnostics`."""
    errors, sds = unit * left_out.errors, unit * np.sqrt(left_out.variances(spread, residual))
    return {
        **left_out_figures(errors, sds),
        "noise_sd": 0.0,
        "residual_sd": unit * float(np.sqrt(residual)),
        "spread_factor": float(np.sqrt(spread)),
    }
