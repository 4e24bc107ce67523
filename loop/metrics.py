"""Figures on a set of measured gains: which are on the front, and how much they dominate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loop.objective import FloatArray

MOST_OBJECTIVES = 5
"""The exact hypervolume is refused beyond this many objectives: its cost grows with their number's power."""


def pareto_mask(gains: FloatArray) -> NDArray[np.bool_]:
    """Which rows no other row dominates, shape ``(n,)``; of equal rows all are kept.

    Parameters
    ----------
    gains
        Shape ``(n, m)``; larger is better.

    Raises
    ------
    ValueError
        If the array is not two-dimensional or holds a value that is not finite.
    """
    points = _checked(gains)
    mask = np.zeros(len(points), dtype=bool)
    # Rows with a large sum dominate many; a dominated row need not be looked at, its dominator was before it.
    left = np.lexsort((*-points.T, -points.sum(axis=1)))
    while len(left):
        point, mask[left[0]] = points[left[0]], True
        rest = points[left[1:]]
        left = left[1:][(rest > point).any(axis=1) | (rest == point).all(axis=1)]
    return mask


def dominated(gains: FloatArray, front: FloatArray) -> NDArray[np.bool_]:
    """Which rows some row of ``front`` dominates, shape ``(...,)``; its equals are not dominated.

    Parameters
    ----------
    gains
        Shape ``(..., m)``; larger is better.
    front
        Shape ``(k, m)``.
    """
    found = np.zeros(gains.shape[:-1], dtype=bool)
    columns = np.moveaxis(gains, -1, 0)
    for point in front:
        behind, beaten = np.ones_like(found), np.zeros_like(found)
        for column, value in zip(columns, point, strict=True):
            behind &= column <= value
            beaten |= column < value
        found |= behind & beaten
    return found


def hypervolume(gains: FloatArray, reference: FloatArray | float) -> float:
    """Exact volume between ``reference`` and the front of ``gains``.

    Slices the volume objective by objective (HSO; While et al., 10.1109/TEVC.2005.851275) down to three,
    where the remaining staircase is summed on the grid of the points' own coordinates.

    Parameters
    ----------
    gains
        Shape ``(n, m)``, ``m`` from 1 to 5; rows that are not above the reference everywhere add nothing.
    reference
        Declared worst gain worth having, one for each objective or one for all. There is no default: a
        reference inferred from the front would move with it.

    Raises
    ------
    ValueError
        If shapes disagree, a value is not finite, or there are more than five objectives.
    """
    points = _checked(gains)
    m = points.shape[1]
    if not 1 <= m <= MOST_OBJECTIVES:
        raise ValueError(f"the hypervolume is computed for 1 to {MOST_OBJECTIVES} objectives, not {m}")
    origin = np.asarray(reference, dtype=np.float64)
    if origin.shape not in {(), (m,)} or not np.isfinite(origin).all():
        raise ValueError(f"the reference must be one finite number, or one for each of {m} objectives")
    above = points - origin
    above = np.unique(above[(above > 0).all(axis=1)], axis=0)
    # Points in a plane are a staircase of unit depth.
    return _volume(np.pad(above, ((0, 0), (0, max(0, 3 - m))), constant_values=1.0))


def _volume(points: FloatArray) -> float:
    """Volume between the origin and positive ``points``, shape ``(n, m)`` with ``m >= 3``."""
    if not len(points):
        return 0.0
    points = points[pareto_mask(points)]
    if points.shape[1] == 3:
        return _staircase(points)
    points = points[np.argsort(-points[:, -1], kind="stable")]
    depths = points[:, -1] - np.append(points[1:, -1], 0.0)
    slices = (d * _volume(points[: k + 1, :-1]) for k, d in enumerate(depths) if d > 0)
    return float(sum(slices))


def _staircase(points: FloatArray) -> float:
    """Volume under a staircase in three dimensions, from the highest point over each cell of a grid."""
    x, column = np.unique(points[:, 0], return_inverse=True)
    y, row = np.unique(points[:, 1], return_inverse=True)
    heights = np.zeros((len(x), len(y)))
    np.maximum.at(heights, (column, row), points[:, 2])
    heights = np.maximum.accumulate(heights[::-1], axis=0)[::-1]
    heights = np.maximum.accumulate(heights[:, ::-1], axis=1)[:, ::-1]
    return float(np.diff(x, prepend=0.0) @ heights @ np.diff(y, prepend=0.0))


def _checked(gains: FloatArray) -> FloatArray:
    points = np.asarray(gains, dtype=np.float64)
    if points.ndim != 2:
        raise ValueError(f"gains have shape {points.shape}; one row for each molecule is needed")
    if not np.isfinite(points).all():
        raise ValueError("a gain is not a finite number")
    return points
