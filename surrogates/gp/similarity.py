"""Matrices between two sets of molecules that hold no hyperparameter, kept for the next caller.

Every property measured on the same molecules shares them: fitting four properties computes one matrix. A
pool is asked about again and again while measurements are added one by one; an :class:`Atlas` keeps its rows
and computes only the columns of what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from loop.molecule import Molecule
from loop.objective import FloatArray
from surrogates.gp.features import NAMES, WEIGHTS, descriptors, thermometers

Molecules = tuple[Molecule, ...]
IndexArray = NDArray[np.intp]

LARGE = 500
"""From so many molecules on, the first set counts as a pool and gets an atlas."""

SQUARE = float(sum(WEIGHTS.get(name, 1.0) ** 2 for name in NAMES))
"""Expected square of a vector of descriptors whose entries are standardised and weighted."""

MOST_KEPT = 40_000_000
"""Elements of each sort an atlas keeps, 4 bytes each."""


def minmax(first: Molecules, second: Molecules) -> FloatArray:
    """Sum of the smaller counts over sum of the larger ones, shape ``(len(first), len(second))``.

    The min-max kernel of Ralaivola et al. (10.1016/j.neunet.2005.07.009), the Tanimoto kernel for counts;
    positive definite. In thermometer code the smaller counts are a dot product, and the larger ones
    follow from ``max(a, b) = a + b - min(a, b)``.
    """
    if len(first) < LARGE:
        return _minmax(first, second)
    atlas, rows = atlas_of(first)
    return atlas.minmax(rows, second)


def distances(first: Molecules, second: Molecules) -> FloatArray:
    """Euclidean distances between standardised descriptors, shape ``(len(first), len(second))``."""
    if len(first) < LARGE:
        return _distances(first, second)
    atlas, rows = atlas_of(first)
    return atlas.distances(rows, second)


def products(first: Molecules, second: Molecules) -> FloatArray:
    """Scalar products of standardised descriptors, about 1 for a molecule with itself.

    Shape ``(len(first), len(second))``.
    """
    return _described(first) @ _described(second).T / SQUARE


def norms(molecules: Molecules) -> FloatArray:
    """Product of each molecule with itself, shape ``(n,)``; see :func:`products`."""
    described = _described(molecules)
    return np.asarray(np.einsum("ij,ij->i", described, described) / SQUARE)


def _described(molecules: Molecules) -> FloatArray:
    if len(molecules) < LARGE:
        return descriptors(molecules)
    atlas, rows = atlas_of(molecules)
    return atlas.described[rows]


@lru_cache(maxsize=8)
def _minmax(first: Molecules, second: Molecules) -> FloatArray:
    return _frozen(Counts(first).minmax(second).astype(np.float64))


@lru_cache(maxsize=8)
def _distances(first: Molecules, second: Molecules) -> FloatArray:
    return _frozen(apart(descriptors(first), descriptors(second)))


class Counts:
    """Counted environments of some molecules as a sparse matrix, one row each.

    Parameters
    ----------
    molecules
        The ``n`` molecules.
    """

    def __init__(self, molecules: Molecules) -> None:
        from scipy.sparse import csr_array  # noqa: PLC0415 - only fits and predictions need it

        ours = thermometers(molecules)
        self._sizes = np.array([len(t) for t in ours])
        self._steps, columns = np.unique(np.concatenate(ours), return_inverse=True)
        starts = np.concatenate([[0], np.cumsum(self._sizes)])
        ones = np.ones(len(columns), dtype=np.float32)
        self._rows = csr_array((ones, columns, starts), shape=(len(ours), len(self._steps)))

    def minmax(self, others: Sequence[Molecule]) -> NDArray[np.float32]:
        """See :func:`minmax`; counts are exact in 4 bytes, their ratio to seven digits."""
        theirs = thermometers(others)
        sizes = np.array([len(t) for t in theirs])
        flat = np.concatenate(theirs)
        place = np.minimum(np.searchsorted(self._steps, flat), len(self._steps) - 1)
        shared = self._steps[place] == flat
        dense = np.zeros((len(self._steps), len(theirs)), dtype=np.float32)
        dense[place[shared], np.repeat(np.arange(len(theirs)), sizes)[shared]] = 1.0
        smaller: NDArray[np.float32] = self._rows @ dense
        larger = self._sizes.astype(np.float32)[:, None] + sizes.astype(np.float32)[None, :]
        larger -= smaller
        smaller /= larger
        return smaller


class Atlas:
    """A pool, with its similarity to every molecule it was compared with so far.

    Parameters
    ----------
    pool
        The molecules of the pool.
    """

    def __init__(self, pool: Molecules) -> None:
        self.molecules = pool
        self._place = {molecule: i for i, molecule in enumerate(pool)}
        self._all = np.arange(len(pool))
        self._last = (pool, self._all)
        self._minmax = _Columns(len(pool), self._compare)
        self._distances = _Columns(len(pool), lambda others: apart(self.described, descriptors(others)))

    def _compare(self, others: Sequence[Molecule]) -> NDArray[np.floating]:
        return self._counts.minmax(others)

    @cached_property
    def _counts(self) -> Counts:
        return Counts(self.molecules)

    @cached_property
    def described(self) -> FloatArray:
        """Standardised descriptors of the pool, one row each."""
        return descriptors(self.molecules)

    def find(self, molecules: Molecules) -> IndexArray | None:
        """Rows of molecules, or ``None`` if one of them is not in the pool."""
        if molecules is self.molecules:
            return self._all
        if self._last[0] is not molecules:
            try:
                rows = np.array([self._place[molecule] for molecule in molecules])
            except KeyError:
                return None
            self._last = (molecules, rows)
        return self._last[1]

    def minmax(self, rows: IndexArray, others: Molecules) -> FloatArray:
        """See :func:`minmax`."""
        return self._minmax.table(rows, others)

    def distances(self, rows: IndexArray, others: Molecules) -> FloatArray:
        """See :func:`distances`."""
        return self._distances.table(rows, others)


class _Columns:
    """A table that grows by the column; one line of memory for each, as columns come and rows are chosen."""

    def __init__(self, height: int, compute: Callable[[Sequence[Molecule]], NDArray[np.floating]]) -> None:
        self._compute = compute
        self._height = height
        self._place: dict[Molecule, int] = {}
        self._lines = np.empty((0, height), dtype=np.float32)

    def table(self, rows: IndexArray, others: Molecules) -> FloatArray:
        new = [molecule for molecule in dict.fromkeys(others) if molecule not in self._place]
        if (len(self._place) + len(new)) * self._height > MOST_KEPT:
            return np.asarray(self._compute(others)[rows], dtype=np.float64)
        if new:
            self._add(new)
        lines = self._lines[[self._place[molecule] for molecule in others]]
        return np.asarray(lines[:, rows].T, dtype=np.float64)

    def _add(self, new: Sequence[Molecule]) -> None:
        before, after = len(self._place), len(self._place) + len(new)
        if after > len(self._lines):
            grown = np.empty((max(after, 2 * len(self._lines)), self._height), dtype=np.float32)
            grown[:before] = self._lines[:before]
            self._lines = grown
        self._lines[before:after] = self._compute(new).T
        self._place |= {molecule: before + k for k, molecule in enumerate(new)}


_atlas: list[Atlas] = []
"""The atlas of the pool asked about last, if any."""


def atlas_of(molecules: Molecules) -> tuple[Atlas, IndexArray]:
    """The atlas of a pool, or of the larger one asked about last that holds it, and its rows there."""
    for atlas in _atlas:
        if (rows := atlas.find(molecules)) is not None:
            return atlas, rows
    _atlas[:] = [Atlas(molecules)]
    return _atlas[0], np.arange(len(molecules))


def rows_in(pool: Molecules, molecules: Molecules) -> IndexArray | None:
    """Rows of molecules in a pool, if that was asked about last and holds them all."""
    held = bool(_atlas) and _atlas[0].molecules is pool
    return _atlas[0].find(molecules) if held else None


def apart(first: FloatArray, second: FloatArray) -> FloatArray:
    """Euclidean distances between rows, shape ``(len(first), len(second))``."""
    squares: FloatArray = first @ second.T
    squares *= -2.0
    squares += (first * first).sum(1)[:, None]
    squares += (second * second).sum(1)[None, :]
    np.maximum(squares, 0.0, out=squares)
    np.sqrt(squares, out=squares)
    return squares


def _frozen(matrix: FloatArray) -> FloatArray:
    matrix.flags.writeable = False
    return matrix
