"""What a forest believes: a Gaussian in the space its trees span, and an independent residual.

A molecule's value is ``mean + away @ w + residual``: ``away`` holds what each tree says beyond the mean of
all, scaled so that standard normal weights ``w`` give the trees' calibrated covariance. The residual belongs
to the molecule, not to the measurement. Told values condition this linear-Gaussian model exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from loop.molecule import Molecule
from loop.objective import FloatArray
from surrogates.forest.inputs import Inputs, inputs
from surrogates.gp import linalg

Molecules = tuple[Molecule, ...]

REMEMBERED = 3
"""Sets of molecules whose predictions a forest keeps: the pool, its shortlist, and what it is told of."""


class Tree(Protocol):
    """A regression tree of scikit-learn, without the checks of its estimator."""

    def predict(self, rows: Inputs) -> FloatArray:
        """Values of the leaves, shape ``(n, 1)``."""
        ...


@dataclass(frozen=True, eq=False)
class Forest:
    """Grown trees with their calibration.

    Attributes
    ----------
    trees
        They predict standardised values.
    environments
        Columns of their inputs, see :func:`surrogates.forest.inputs.inputs`.
    offset, unit
        Mean and standard deviation of the measured values, in the property's unit.
    spread, residual
        Factor on the variance among trees, and variance of the residual in standardised units.
    figures
        What out-of-bag predictions say of it.
    """

    trees: tuple[Tree, ...]
    environments: int
    offset: float
    unit: float
    spread: float
    residual: float
    figures: Mapping[str, float]
    _last: list[tuple[Molecules, tuple[FloatArray, FloatArray]]] = field(
        default_factory=list, init=False, repr=False
    )

    def ask(self, molecules: Molecules) -> tuple[FloatArray, FloatArray]:
        """Mean of the trees, shape ``(n,)``, and each tree's scaled departure, shape ``(n, n_trees)``."""
        for asked, answer in self._last:
            if asked == molecules:
                return answer
        if not molecules:
            return np.empty(0), np.empty((0, len(self.trees)))
        rows = inputs(molecules, self.environments)
        said = np.stack([tree.predict(rows)[:, 0] for tree in self.trees], axis=1)
        mean = said.mean(axis=1)
        answer = mean, (said - mean[:, None]) * np.sqrt(self.spread / (len(self.trees) - 1))
        self._last[:] = [(molecules, answer), *self._last[: REMEMBERED - 1]]
        return answer


@dataclass(frozen=True)
class ForestBelief:
    """A fitted forest on one property and what it was told since; fulfils ``loop.protocols.Belief``.

    Attributes
    ----------
    forest
        The fit.
    molecules, values
        What it was told, the values standardised, shape ``(k,)``.
    """

    forest: Forest
    molecules: Molecules = ()
    values: FloatArray = field(default_factory=lambda: np.empty(0))

    @property
    def diagnostics(self) -> Mapping[str, float]:
        """Figures on the fit, in the property's unit.

        ``loo_nll`` (nats), ``loo_rmse`` and ``loo_coverage_95`` are out-of-bag figures: each measurement is
        predicted by the third or so of the trees that never saw it, known uncertainty included.
        ``residual_sd`` is what all trees miss, ``spread_factor`` multiplies the standard deviation among
        trees. ``noise_sd`` is 0: nothing but the known uncertainties would differ in a second measurement.
        """
        return self.forest.figures

    def predict(self, molecules: Sequence[Molecule]) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the noise-free value, each of shape ``(n,)``."""
        asked = tuple(molecules)
        means, away = self.forest.ask(asked)
        variances = np.einsum("ij,ij->i", away, away) + self.forest.residual
        if self.molecules:
            cross = self._covariance(asked, self.molecules)
            explained = linalg.solve_lower(self._factor, cross.T)
            means = means + cross @ self._weights(self.values - self.forest.ask(self.molecules)[0])
            variances = np.maximum(variances - np.einsum("ij,ij->j", explained, explained), 0.0)
        return self.forest.offset + self.forest.unit * means, self.forest.unit * np.sqrt(variances)

    def draw(self, molecules: Sequence[Molecule], n: int, seed: int) -> FloatArray:
        """Joint posterior draws of the noise-free values, shape ``(n, n_molecules)``.

        Draws before the told values, moved by what these say beyond them (Matheron's rule; Wilson et al.,
        arXiv:2002.09309).
        """
        asked, rng = tuple(molecules), np.random.default_rng(seed)
        everything = (*asked, *self.molecules)
        distinct = {molecule: i for i, molecule in enumerate(dict.fromkeys(everything))}
        weights = rng.standard_normal((n, len(self.forest.trees)))
        residuals = np.sqrt(self.forest.residual) * rng.standard_normal((n, len(distinct)))
        of_asked, of_told = self.forest.ask(asked), self.forest.ask(self.molecules)
        mean, away = (np.concatenate(pair) for pair in zip(of_asked, of_told, strict=True))
        before = mean + weights @ away.T + residuals[:, [distinct[m] for m in everything]]
        drawn, told = before[:, : len(asked)], before[:, len(asked) :]
        if self.molecules:
            moved = self._weights((self.values - told).T)
            drawn = drawn + (self._covariance(asked, self.molecules) @ moved).T
        return np.asarray(self.forest.offset + self.forest.unit * drawn)

    def given(self, molecules: Sequence[Molecule], values: FloatArray) -> ForestBelief:
        """The belief after these values; trees and calibration are kept."""
        if len(molecules) != len(values):
            raise ValueError(f"{len(molecules)} molecules come with {len(values)} values")
        told = (np.asarray(values) - self.forest.offset) / self.forest.unit
        return ForestBelief(self.forest, (*self.molecules, *molecules), np.concatenate([self.values, told]))

    @cached_property
    def _factor(self) -> FloatArray:
        """Lower Cholesky factor of the covariance of what was told, shape ``(k, k)``."""
        return linalg.lower_cholesky(self._covariance(self.molecules, self.molecules))

    def _weights(self, surprise: FloatArray) -> FloatArray:
        """Weights on the covariance with what was told, for how it differs from what was expected."""
        return linalg.solve_upper(self._factor, linalg.solve_lower(self._factor, surprise))

    def _covariance(self, first: Molecules, second: Molecules) -> FloatArray:
        covariance = np.asarray(self.forest.ask(first)[1] @ self.forest.ask(second)[1].T)
        places: dict[Molecule, list[int]] = {}
        for column, molecule in enumerate(second):
            places.setdefault(molecule, []).append(column)
        for row, molecule in enumerate(first):
            if molecule in places:
                covariance[row, places[molecule]] += self.forest.residual
        return covariance
