"""Cholesky factors that do not give up at the first rounding error.

SciPy's routines are imported where they are called: a third of a second that looking at a campaign can spare.
"""

from __future__ import annotations

import numpy as np
from numpy.linalg import LinAlgError

from loop.objective import FloatArray

JITTERS = (0.0, 1e-10, 1e-8, 1e-6, 1e-4)
"""Multiples of the mean diagonal added in turn until the matrix factorises."""


def lower_cholesky(matrix: FloatArray) -> FloatArray:
    """Lower Cholesky factor, with as little jitter as it takes.

    Raises
    ------
    LinAlgError
        If the matrix is not finite, or not positive definite even with the largest jitter.
    """
    from scipy.linalg import cholesky  # noqa: PLC0415

    if not np.isfinite(matrix).all():
        raise LinAlgError("a covariance matrix holds a value that is not finite")
    scale = float(np.mean(np.diag(matrix)))
    for jitter in JITTERS:
        raised = matrix + jitter * scale * np.eye(len(matrix)) if jitter else matrix
        try:
            return np.asarray(cholesky(raised, lower=True, check_finite=False))
        except LinAlgError:
            continue
    raise LinAlgError(
        f"a covariance matrix of {len(matrix)} molecules is not positive definite, even with "
        f"{JITTERS[-1]:g} of its mean diagonal added; are the uncertainties and molecules as they should be?"
    )


def solve_lower(factor: FloatArray, right: FloatArray) -> FloatArray:
    """Solve ``factor @ x = right``."""
    from scipy.linalg import solve_triangular  # noqa: PLC0415

    return np.asarray(solve_triangular(factor, right, lower=True, check_finite=False))


def solve_upper(factor: FloatArray, right: FloatArray) -> FloatArray:
    """Solve ``factor.T @ x = right`` for a lower ``factor``."""
    from scipy.linalg import solve_triangular  # noqa: PLC0415

    return np.asarray(solve_triangular(factor, right, lower=True, trans="T", check_finite=False))


def inverse(factor: FloatArray) -> FloatArray:
    """Inverse of ``factor @ factor.T``, from LAPACK's ``dpotri``."""
    from scipy.linalg import lapack  # noqa: PLC0415

    triangle, failed = lapack.dpotri(factor, lower=True)
    if failed:
        raise LinAlgError("the inverse of a covariance matrix could not be computed")
    return np.asarray(np.tril(triangle) + np.tril(triangle, -1).T)
