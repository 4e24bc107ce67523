"""From which side to look at atoms, so that few of them hide behind others."""

from __future__ import annotations

import numpy as np

from oracles.chemistry.geometry import FloatArray

DIRECTIONS = 400
"""Directions tried, spread evenly over the sphere."""

HIDING = 0.9
"""Two atoms whose pictures are much nearer than this (angstrom) are not told apart."""


def facing(positions: FloatArray, weights: FloatArray, centre: int) -> FloatArray:
    """Turn atoms so that those that matter stand apart when seen along z, and lie along x.

    Principal axes, the usual choice, look at an octahedron along one of its own axes and so hide two of its
    six corners and the ion itself; here the directions are compared by how much would be hidden.

    Parameters
    ----------
    positions
        Shape ``(n, 3)``, in angstrom.
    weights
        Shape ``(n,)``: how much it matters that an atom is seen; a pair counts by the product of theirs.
    centre
        The atom that comes to lie at the origin.

    Returns
    -------
    array
        Positions, shape ``(n, 3)``, z towards whoever looks.
    """
    around = positions - positions[centre]
    frames = [_frame(direction) for direction in _sphere(DIRECTIONS)]
    hidden = [_hidden((around @ frame.T)[:, :2], weights) for frame in frames]
    return _lying(around @ frames[int(np.argmin(hidden))].T, weights)


def _sphere(n: int) -> FloatArray:
    """Unit vectors, shape ``(n, 3)``: a Fibonacci lattice."""
    k = np.arange(n) + 0.5
    z, angle = 1.0 - 2.0 * k / n, np.pi * (1.0 + np.sqrt(5.0)) * k
    r = np.sqrt(1.0 - z**2)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1)


def _frame(direction: FloatArray) -> FloatArray:
    """Right-handed axes, rows of a ``(3, 3)`` array; the last points along ``direction``."""
    helper = np.eye(3)[int(np.argmin(np.abs(direction)))]
    first = np.cross(helper, direction)
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(direction, first), direction])


def _hidden(flat: FloatArray, weights: FloatArray) -> float:
    """How much of what matters is behind or before something else; ``flat`` has the shape ``(n, 2)``."""
    apart = np.sum((flat[:, None] - flat[None]) ** 2, axis=-1)
    pairs = weights[:, None] * weights[None] * np.exp(-apart / HIDING**2)
    return float(np.triu(pairs, k=1).sum())


def _lying(positions: FloatArray, weights: FloatArray) -> FloatArray:
    """Turn about z until the longest side is horizontal and most of the molecule to the left."""
    flat = positions[:, :2] - positions[:, :2].mean(axis=0)
    _, axes = np.linalg.eigh(flat.T @ flat)
    x, y = axes[:, 1]
    turned = positions @ np.array([[x, -y, 0.0], [y, x, 0.0], [0.0, 0.0, 1.0]])
    if float(weights @ turned[:, 0]) > 0:
        turned = turned * np.array([-1.0, -1.0, 1.0])
    return np.asarray(turned)
