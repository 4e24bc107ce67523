"""A kernel on points that an embedding gives to molecules, each worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import Embedding
from surrogates.gp.hyper import Correlation, Prior
from surrogates.gp.kernels import matern, matern_with_slope
from surrogates.gp.similarity import Molecules, apart

LENGTH = Prior(0.0, 1.0)
"""Log of the length scale, in units of what two draws of a standard normal are apart."""

FAR = 1e3
"""Distance of a molecule without a point from every other, in the same units: no covariance is left."""

MOST_PLACED = 120_000
"""Molecules whose points stay in memory (about 0.4 kB each in 96 dimensions)."""


class Places:
    """The points of an embedding, each asked for once.

    Parameters
    ----------
    embedding
        What places molecules.
    """

    def __init__(self, embedding: Embedding) -> None:
        self._embedding = embedding
        self._points: dict[Molecule, NDArray[np.float32]] = {}

    def points(self, molecules: Sequence[Molecule]) -> FloatArray:
        """Points, shape ``(n, d)``, scaled so that draws of a standard normal are about 1 apart."""
        new = [m for m in dict.fromkeys(molecules) if m not in self._points]
        if new:
            if len(self._points) + len(new) > MOST_PLACED:
                self._points.clear()
                new = list(dict.fromkeys(molecules))
            found = self._embedding.embed(new).astype(np.float32)
            self._points |= dict(zip(new, found, strict=True))
        points = np.array([self._points[m] for m in molecules], dtype=np.float64)
        return np.asarray(points / np.sqrt(2.0 * points.shape[1]))


_places: dict[str, Places] = {}
"""Points by the version of their embedding: properties, rounds and simulations share them."""


@dataclass(frozen=True)
class EmbeddedKernel:
    """Matern 5/2 on the points of an embedding, one length scale for all of its dimensions.

    A molecule without a point is like itself alone.

    Attributes
    ----------
    version
        Of the embedding; kernels on the same version are the same.
    """

    version: str
    places: Places = field(repr=False, compare=False)
    priors: Sequence[Prior] = (LENGTH,)

    @classmethod
    def on(cls, embedding: Embedding) -> EmbeddedKernel:
        """The kernel on an embedding."""
        version = embedding.version()
        if version not in _places:
            _places[version] = Places(embedding)
        return cls(version, _places[version])

    def among(self, molecules: Molecules) -> Correlation:
        """See :class:`surrogates.gp.kernels.Kernel`."""
        distances = self._distances(molecules, molecules)

        def correlation(theta: FloatArray) -> tuple[FloatArray, Sequence[FloatArray]]:
            matrix, slope = matern_with_slope(distances, theta[0])
            return matrix, (slope,)

        return correlation

    def between(self, first: Molecules, second: Molecules, theta: FloatArray) -> FloatArray:
        """See :class:`surrogates.gp.kernels.Kernel`."""
        return matern(self._distances(first, second), theta[0])

    def diagonal(self, molecules: Molecules, theta: FloatArray) -> FloatArray:  # noqa: ARG002
        """See :class:`surrogates.gp.kernels.Kernel`."""
        return np.ones(len(molecules))

    def _distances(self, first: Molecules, second: Molecules) -> FloatArray:
        here, there = self.places.points(first), self.places.points(second)
        nowhere = [np.isnan(points).any(axis=1) for points in (here, there)]
        distances = apart(np.nan_to_num(here), np.nan_to_num(there))
        distances[nowhere[0]] = FAR
        distances[:, nowhere[1]] = FAR
        for i in np.flatnonzero(nowhere[0]):
            distances[i, [k for k, other in enumerate(second) if other == first[i]]] = 0.0
        return distances
