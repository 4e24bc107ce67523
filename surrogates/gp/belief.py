"""A Gaussian process in closed form: what a surrogate believes after its measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from loop.calibration import left_out_figures
from loop.molecule import Molecule
from loop.objective import FloatArray
from surrogates.gp import linalg
from surrogates.gp.hyper import MEAN_VARIANCE, Hyperparameters
from surrogates.gp.kernels import Kernel
from surrogates.gp.similarity import LARGE, Molecules, atlas_of, rows_in
from surrogates.gp.working import Working

MOST_AT_ONCE = 2_000_000
"""Elements of a covariance worked on at once: larger arrays cost more in memory than in arithmetic."""

COARSE = 256
"""Measurements that a coarse belief is made of."""

MOST_REMEMBERED = 4_000_000
"""Elements of an answer's working that a belief keeps, for the belief that follows it."""


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
    followed
        A belief that extends this one and what it was told, kept for who tells it the same again.
    """

    kernel: Kernel
    hyperparameters: Hyperparameters
    offset: float
    unit: float
    molecules: Molecules
    values: FloatArray
    variances: FloatArray
    before: GaussianBelief | None = field(default=None, repr=False, compare=False)
    followed: list[tuple[object, GaussianBelief]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    @cached_property
    def diagnostics(self) -> Mapping[str, float]:
        """Figures on the fit, in the property's unit.

        Leave-one-out figures are in closed form (Rasmussen & Williams, 5.4.2) and judge the prediction of
        the measurement, noise included: ``loo_nll`` (nats), ``loo_rmse``, ``loo_coverage_95`` (fraction
        inside the central 95 % interval). ``noise_sd`` and ``signal_sd`` are the fitted ones.
        """
        means, sds = self.left_out()
        errors = self.offset + self.unit * self.values - means
        return {
            **left_out_figures(errors, sds),
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
        asked, size = tuple(molecules), len(self.molecules)
        if len(asked) >= LARGE:
            pool, rows = atlas_of(asked)
            if 2 * len(asked) > len(pool.molecules) and size * len(pool.molecules) <= MOST_REMEMBERED:
                working = self._of_pool(pool.molecules)
                return self._in_units(asked, working.means[rows], working.known[rows])
        block = max(LARGE, MOST_AT_ONCE // size)
        workings = [self._working(asked[k : k + block]) for k in range(0, len(asked), block)]
        means = np.concatenate([np.empty(0), *(w.means for w in workings)])
        return self._in_units(asked, means, np.concatenate([np.empty(0), *(w.known for w in workings)]))

    def _in_units(
        self, asked: Molecules, means: FloatArray, known: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation from standardised means and explained variances."""
        own = self.kernel.diagonal(asked, self.hyperparameters.kernel) if asked else np.empty(0)
        variances = self.hyperparameters.signal * own + MEAN_VARIANCE - known
        return self.offset + self.unit * means, self.unit * np.sqrt(np.maximum(variances, 0.0))

    def draw(self, molecules: Sequence[Molecule], n: int, seed: int) -> FloatArray:
        """Joint posterior draws of the noise-free values, shape ``(n, n_molecules)``."""
        asked = tuple(molecules)
        if not asked:
            return np.empty((n, 0))
        working = self._working(asked)
        explained = np.vstack(working.blocks)
        factor = linalg.lower_cholesky(self._covariance(asked, asked) - explained.T @ explained)
        normal = np.random.default_rng(seed).standard_normal((n, len(asked)))
        return self.offset + self.unit * (working.means + normal @ factor.T)

    def given(self, molecules: Sequence[Molecule], values: FloatArray) -> GaussianBelief:
        """The belief after these values, hyperparameters and standardisation kept."""
        if len(molecules) != len(values):
            raise ValueError(f"{len(molecules)} molecules come with {len(values)} values")
        standardised = (np.asarray(values) - self.offset) / self.unit
        noise = np.full(len(molecules), self.hyperparameters.noise)
        return self.extended(tuple(molecules), standardised, noise)

    def extended(self, molecules: Molecules, values: FloatArray, variances: FloatArray) -> GaussianBelief:
        """The belief after standardised values with these noise variances."""
        return GaussianBelief(
            self.kernel,
            self.hyperparameters,
            self.offset,
            self.unit,
            (*self.molecules, *molecules),
            np.concatenate([self.values, values]),
            np.concatenate([self.variances, variances]),
            before=self,
        )

    def coarse(self) -> GaussianBelief:
        """The belief from ``COARSE`` measurements, evenly spaced in the order they came."""
        n = len(self.molecules)
        if n <= COARSE:
            return self
        some = np.linspace(0, n - 1, COARSE).astype(int)
        molecules = tuple(self.molecules[i] for i in some)
        return replace(
            self, molecules=molecules, values=self.values[some], variances=self.variances[some], before=None
        )

    @property
    def _factor(self) -> FloatArray:
        """Lower Cholesky factor of the covariance of the measurements, shape ``(n, n)``.

        Put together from the rows that each belief of the chain adds: kept whole by every one of them, the
        factors of a long campaign would fill the memory.
        """
        whole = np.zeros((len(self.molecules),) * 2)
        belief: GaussianBelief | None = self
        while belief is not None:
            start, end = belief._start, len(belief.molecules)
            whole[start:end, :start], whole[start:end, start:end] = belief._rows
            belief = belief.before
        return whole

    @property
    def _start(self) -> int:
        """Measurements that the belief before knew."""
        return 0 if self.before is None else len(self.before.molecules)

    @cached_property
    def _rows(self) -> tuple[FloatArray, FloatArray]:
        """Rows of the factor that this belief adds: left of its corner, and the corner."""
        new = self.molecules[self._start :]
        corner = self._covariance(new, new) + np.diag(self.variances[self._start :])
        if self.before is None:
            return np.empty((len(new), 0)), linalg.lower_cholesky(corner)
        cross = linalg.solve_lower(self.before._factor, self._covariance(self.before.molecules, new)).T
        return cross, linalg.lower_cholesky(corner - cross @ cross.T)

    @cached_property
    def _whitened(self) -> FloatArray:
        """Solution of ``factor @ x = values``, shape ``(n,)``."""
        earlier = np.empty(0) if self.before is None else self.before._whitened
        cross, corner = self._rows
        return np.append(earlier, linalg.solve_lower(corner, self.values[self._start :] - cross @ earlier))

    def _working(self, asked: Molecules) -> Working:
        """What the measurements explain of ``asked``; that of the belief before is used where it is kept."""
        if (kept := self._remembered(asked)) is not None:
            return kept
        earlier = None if self.before is None else self.before._remembered(asked)
        found = self._grown(earlier) if earlier is not None else self._fresh(asked)
        if len(self.molecules) * len(asked) <= MOST_REMEMBERED:
            self._last[:] = [found]
        return found

    def _of_pool(self, pool: Molecules) -> Working:
        """What the measurements explain of a whole pool, belief by belief along the chain."""
        if not self._pool or self._pool[0].asked is not pool:
            earlier = Working.begun(pool) if self.before is None else self.before._of_pool(pool)
            self._pool[:] = [self._grown(earlier)]
        return self._pool[0]

    def _remembered(self, asked: Molecules) -> Working | None:
        """The working for ``asked``, if it or that of a pool around it was kept."""
        if self._last and self._last[0].asked == asked:
            return self._last[0]
        if self._pool and (rows := rows_in(self._pool[0].asked, asked)) is not None:
            self._last[:] = [self._pool[0].only(asked, rows)]
            return self._last[0]
        return None

    def _grown(self, earlier: Working) -> Working:
        """A working of the belief before, with the rows that this one adds."""
        cross, corner = self._rows
        rest = self._covariance(earlier.asked, self.molecules[self._start :]).T
        for block, end in zip(earlier.blocks, np.cumsum([len(b) for b in earlier.blocks]), strict=True):
            rest -= cross[:, end - len(block) : end] @ block
        return earlier.told(linalg.solve_lower(corner, rest), self._whitened[self._start :])

    def _fresh(self, asked: Molecules) -> Working:
        """The working for molecules that nothing is kept of."""
        rows = linalg.solve_lower(self._factor, self._covariance(asked, self.molecules).T)
        return Working.begun(asked).told(rows, self._whitened)

    @cached_property
    def _last(self) -> list[Working]:
        """The working of what was asked last."""
        return []

    @cached_property
    def _pool(self) -> list[Working]:
        """The working of the pool asked about last."""
        return []

    def _covariance(self, first: Molecules, second: Molecules) -> FloatArray:
        covariance = self.hyperparameters.signal * self.kernel.between(
            first, second, self.hyperparameters.kernel
        )
        covariance += MEAN_VARIANCE
        return covariance
