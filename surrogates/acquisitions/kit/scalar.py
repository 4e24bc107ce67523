"""One number from several gains: random weights spread the picks along the front."""

from __future__ import annotations

import numpy as np

from loop.objective import FloatArray

LINEAR_SHARE = 0.05
"""Share of the weighted sum in the augmented Chebyshev value (Knowles, 10.1109/TEVC.2005.851274)."""


def draw_weights(n: int, m: int, rng: np.random.Generator) -> FloatArray:
    """``n`` weight vectors uniform on the simplex, shape ``(n, m)``."""
    return rng.dirichlet(np.ones(m), size=n)


def chebyshev(gains: FloatArray, weights: FloatArray) -> FloatArray:
    """Augmented Chebyshev value of gains above the reference; the last axis is reduced.

    The smallest of ``gain / weight`` is the length of the ray from the reference along the weights that a
    molecule dominates; averaged over weights its power is the hypervolume (Golovin & Zhang,
    arXiv:2006.04655). Weights are divided by their largest, so that values stay in units of the gains.
    """
    shares = np.maximum(weights / weights.max(axis=-1, keepdims=True), 1e-3)
    return np.asarray((gains / shares).min(axis=-1) + LINEAR_SHARE * (gains * weights).sum(axis=-1))


def linear(gains: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted sum of the gains; the last axis is reduced."""
    return np.asarray((gains * weights).sum(axis=-1))
