"""Covariances between molecules in units of the signal, and their derivatives for the fit."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from loop.objective import FloatArray
from surrogates.gp.features import NAMES
from surrogates.gp.hyper import Correlation, Prior
from surrogates.gp.similarity import Molecules, distances, minmax, norms, products

WEIGHT = Prior(0.0, 1.5)
"""Logit of the Matern kernel's share of the signal."""

LENGTH = Prior(0.5 * float(np.log(len(NAMES))), 1.0)
"""Log of the length scale: two unrelated molecules are about the root of the number of descriptors apart."""


LINEAR = Prior(float(np.log(0.3)), 1.5)
"""Log of the linear kernel's variance, the signal being 1."""


class Kernel(Hashable, Protocol):
    """A covariance between molecules with hyperparameters of its own."""

    @property
    def priors(self) -> Sequence[Prior]:
        """Prior of each hyperparameter."""
        ...

    def among(self, molecules: Molecules) -> Correlation:
        """The covariance matrix of ``molecules`` and its derivatives, as a function."""
        ...

    def between(self, first: Molecules, second: Molecules, theta: FloatArray) -> FloatArray:
        """Covariances, shape ``(len(first), len(second))``."""
        ...

    def diagonal(self, molecules: Molecules, theta: FloatArray) -> FloatArray:
        """Variance of each molecule, shape ``(n,)``."""
        ...


@dataclass(frozen=True)
class MinMaxKernel:
    """Shared counted environments, :func:`surrogates.gp.similarity.minmax`; nothing to fit."""

    priors: Sequence[Prior] = ()

    def among(self, molecules: Molecules) -> Correlation:
        """See :class:`Kernel`."""
        matrix = minmax(molecules, molecules)
        return lambda _: (matrix, ())

    def between(self, first: Molecules, second: Molecules, theta: FloatArray) -> FloatArray:  # noqa: ARG002
        """See :class:`Kernel`."""
        return minmax(first, second)

    def diagonal(self, molecules: Molecules, theta: FloatArray) -> FloatArray:  # noqa: ARG002
        """See :class:`Kernel`."""
        return np.ones(len(molecules))


@dataclass(frozen=True)
class MaternKernel:
    """Matern 5/2 on the descriptors, one length scale for all (Rasmussen & Williams, eq. 4.17)."""

    priors: Sequence[Prior] = (LENGTH,)

    def among(self, molecules: Molecules) -> Correlation:
        """See :class:`Kernel`."""
        apart = distances(molecules, molecules)

        def correlation(theta: FloatArray) -> tuple[FloatArray, Sequence[FloatArray]]:
            matrix, slope = _matern_with_slope(apart, theta[0])
            return matrix, (slope,)

        return correlation

    def between(self, first: Molecules, second: Molecules, theta: FloatArray) -> FloatArray:
        """See :class:`Kernel`."""
        return _matern(distances(first, second), theta[0])

    def diagonal(self, molecules: Molecules, theta: FloatArray) -> FloatArray:  # noqa: ARG002
        """See :class:`Kernel`."""
        return np.ones(len(molecules))


@dataclass(frozen=True)
class SumKernel:
    """Min-max and Matern 5/2 in fitted shares, and a linear trend in the descriptors.

    What groups are there, what they add up to, and where it leads: few measurements tell a trend before they
    tell its bends, and the best molecules lie where trends lead (``docs/decisions/0006``).
    """

    priors: Sequence[Prior] = (WEIGHT, LENGTH, LINEAR)

    def among(self, molecules: Molecules) -> Correlation:
        """See :class:`Kernel`."""
        shared, apart = minmax(molecules, molecules), distances(molecules, molecules)
        trend = products(molecules, molecules)

        def correlation(theta: FloatArray) -> tuple[FloatArray, Sequence[FloatArray]]:
            share = matern_share(theta)
            matern, slope = _matern_with_slope(apart, theta[1])
            towards = matern - shared
            leaning = np.exp(theta[2]) * trend
            whole = shared + share * towards + leaning
            return whole, (share * (1 - share) * towards, share * slope, leaning)

        return correlation

    def between(self, first: Molecules, second: Molecules, theta: FloatArray) -> FloatArray:
        """See :class:`Kernel`."""
        share = matern_share(theta)
        matern = _matern(distances(first, second), theta[1])
        matern *= share
        matern += (1 - share) * minmax(first, second)
        matern += np.exp(theta[2]) * products(first, second)
        return matern

    def diagonal(self, molecules: Molecules, theta: FloatArray) -> FloatArray:
        """See :class:`Kernel`."""
        return np.asarray(1.0 + np.exp(theta[2]) * norms(molecules))


def matern_share(theta: FloatArray) -> float:
    """Share of the Matern kernel (0 to 1) against the min-max kernel in a :class:`SumKernel`."""
    return float(1.0 / (1.0 + np.exp(-theta[0])))


def _matern(apart: FloatArray, log_length: float) -> FloatArray:
    """Matern 5/2, with few temporaries: a large pool takes a hundred megabytes for each."""
    r: FloatArray = apart * (np.sqrt(5.0) / np.exp(log_length))
    polynomial: FloatArray = r * r
    polynomial /= 3.0
    polynomial += r
    polynomial += 1.0
    np.negative(r, out=r)
    np.exp(r, out=r)
    polynomial *= r
    return polynomial


def _matern_with_slope(apart: FloatArray, log_length: float) -> tuple[FloatArray, FloatArray]:
    """Matern 5/2 and its derivative with respect to the log of the length scale."""
    r = np.sqrt(5.0) * apart / np.exp(log_length)
    decay = np.exp(-r)
    third = r * r / 3.0
    return (1.0 + r + third) * decay, third * (1.0 + r) * decay
