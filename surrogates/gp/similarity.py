"""Matrices between two sets of molecules that hold no hyperparameter, kept for the next caller.

Every property measured on the same molecules shares them: fitting four properties computes one matrix.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

from loop.molecule import Molecule
from loop.objective import FloatArray
from surrogates.gp.features import descriptors, thermometers

Molecules = tuple[Molecule, ...]

_KEPT = 4
"""Matrices of each sort in memory; one between 10,000 candidates and 1,000 measurements takes 80 MB."""


@lru_cache(maxsize=_KEPT)
def minmax(first: Molecules, second: Molecules) -> FloatArray:
    """Sum of the smaller counts over sum of the larger ones, shape ``(len(first), len(second))``.

    The min-max kernel of Ralaivola et al. (10.1016/j.neunet.2005.07.009), the Tanimoto kernel for counts;
    positive definite. In thermometer code the smaller counts are a dot product, and the larger ones
    follow from ``max(a, b) = a + b - min(a, b)``.
    """
    ours, theirs = thermometers(first), thermometers(second)
    steps, columns = np.unique(np.concatenate(theirs), return_inverse=True)
    dense = np.zeros((len(steps), len(second)), dtype=np.float32)
    sizes = np.array([len(t) for t in theirs])
    dense[columns, np.repeat(np.arange(len(second)), sizes)] = 1.0
    smaller = (_rows(ours, steps) @ dense).astype(np.float64)
    larger = np.array([len(t) for t in ours])[:, None] + sizes[None, :] - smaller
    return _frozen(smaller / larger)


def _rows(ours: list[np.ndarray], steps: np.ndarray) -> csr_array:
    """One row for each molecule, one column for each of ``steps``; other steps have no partner."""
    flat = np.concatenate(ours)
    columns = np.minimum(np.searchsorted(steps, flat), len(steps) - 1)
    shared = steps[columns] == flat
    rows = np.repeat(np.arange(len(ours)), [len(t) for t in ours])[shared]
    ones = np.ones(len(rows), dtype=np.float32)
    return csr_array((ones, (rows, columns[shared])), shape=(len(ours), len(steps)))


@lru_cache(maxsize=_KEPT)
def distances(first: Molecules, second: Molecules) -> FloatArray:
    """Euclidean distances between standardised descriptors, shape ``(len(first), len(second))``."""
    a, b = _described(first), _described(second)
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1)[None, :] - 2.0 * (a @ b.T)
    return _frozen(np.sqrt(np.maximum(squares, 0.0)))


@lru_cache(maxsize=_KEPT)
def _described(molecules: Molecules) -> FloatArray:
    return _frozen(descriptors(molecules))


def _frozen(matrix: FloatArray) -> FloatArray:
    matrix.flags.writeable = False
    return matrix
