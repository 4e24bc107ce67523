"""Factorising what is nearly, and what is not, positive definite."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import LinAlgError

from surrogates.gp import linalg


def test_a_singular_matrix_gets_as_little_jitter_as_it_takes() -> None:
    ones = np.ones((5, 5))
    factor = linalg.lower_cholesky(ones)
    np.testing.assert_allclose(factor @ factor.T, ones, atol=1e-7)


def test_an_indefinite_matrix_is_refused_in_words() -> None:
    with pytest.raises(LinAlgError, match="2 molecules is not positive definite"):
        linalg.lower_cholesky(np.array([[1.0, 2.0], [2.0, 1.0]]))
    with pytest.raises(LinAlgError, match="not finite"):
        linalg.lower_cholesky(np.array([[np.nan]]))


def test_solutions_and_inverse() -> None:
    half = np.random.default_rng(0).standard_normal((6, 6))
    matrix = half @ half.T + np.eye(6)
    factor = linalg.lower_cholesky(matrix)
    np.testing.assert_allclose(linalg.inverse(factor), np.linalg.inv(matrix), atol=1e-10)
    right = np.arange(6.0)
    np.testing.assert_allclose(factor @ linalg.solve_lower(factor, right), right, atol=1e-10)
