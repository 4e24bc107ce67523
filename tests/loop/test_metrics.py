"""Fronts and hypervolumes against definitions, and against BoTorch."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import torch
from botorch.utils.multi_objective.hypervolume import Hypervolume
from botorch.utils.multi_objective.pareto import is_non_dominated
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from loop.metrics import dominated, hypervolume, pareto_mask
from loop.objective import FloatArray


def fronts(least: int = 1, most: int = 5, rows: int = 12) -> st.SearchStrategy[FloatArray]:
    """Gains on a coarse grid, so that ties and repeats are common."""
    values = st.integers(-4, 12).map(lambda k: k / 4)
    return st.tuples(st.integers(0, rows), st.integers(least, most)).flatmap(
        lambda shape: arrays(np.float64, shape, elements=values)
    )


def reference_volume(points: FloatArray) -> float:
    """Volume above the origin by BoTorch."""
    tensor = torch.from_numpy(points)
    front = tensor[is_non_dominated(tensor, deduplicate=True)]
    return float(Hypervolume(torch.zeros(points.shape[1], dtype=torch.float64)).compute(front))


@given(fronts())
def test_no_row_dominates_a_row_of_the_front(points: FloatArray) -> None:
    mask = pareto_mask(points)
    for i, row in enumerate(points):
        dominated = any((other >= row).all() and (other > row).any() for other in points)
        assert mask[i] == (not dominated)


@given(fronts(least=2, most=2), fronts(least=2, most=2))
def test_the_dominated_are_those_that_a_front_beside_them_rules_out(
    points: FloatArray, front: FloatArray
) -> None:
    found = dominated(points, front)
    assert found.tolist() == [not pareto_mask(np.vstack([front, row]))[-1] for row in points]
    assert dominated(points[None], front).tolist() == [found.tolist()]


@given(fronts(least=2))
def test_the_volume_is_that_of_botorch(points: FloatArray) -> None:
    if len(points):
        assert hypervolume(points, 0.0) == pytest.approx(reference_volume(points), abs=1e-12)


@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_the_volume_of_a_round_front_is_that_of_botorch(m: int) -> None:
    points = np.abs(np.random.default_rng(m).normal(size=(25, m)))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    assert hypervolume(points, 0.0) == pytest.approx(reference_volume(points), rel=1e-12)


@given(fronts())
def test_a_worse_row_adds_nothing_and_a_better_one_adds(points: FloatArray) -> None:
    before = hypervolume(points, 0.0)
    if not len(points):
        assert before == 0.0
        return
    assert hypervolume(np.vstack([points, points.min(axis=0)]), 0.0) == pytest.approx(before)
    better = np.maximum(points.max(axis=0), 0.0) + 1.0
    assert hypervolume(np.vstack([points, better]), 0.0) == pytest.approx(np.prod(better))


@given(fronts(least=2, most=3, rows=6))
def test_neither_order_of_rows_nor_of_objectives_matters(points: FloatArray) -> None:
    volume = hypervolume(points, 0.0)
    assert hypervolume(points[::-1], 0.0) == pytest.approx(volume)
    for order in permutations(range(points.shape[1])):
        assert hypervolume(points[:, list(order)], 0.0) == pytest.approx(volume)


@given(fronts())
def test_moving_points_and_reference_together_changes_nothing(points: FloatArray) -> None:
    assert hypervolume(points + 2.5, 2.5) == pytest.approx(hypervolume(points, 0.0))


def test_by_hand() -> None:
    points = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [9.0, -1.0]])
    assert hypervolume(points, 0.0) == pytest.approx(6.0)
    assert hypervolume(points, np.array([1.0, 0.0])) == pytest.approx(3.0)
    assert hypervolume(np.array([[2.0], [5.0]]), 1.0) == pytest.approx(4.0)
    assert pareto_mask(points).tolist() == [True] * 4


def test_equal_rows_are_all_on_the_front() -> None:
    assert pareto_mask(np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0]])).tolist() == [True, True, False]


def test_there_is_no_volume_without_a_reference() -> None:
    with pytest.raises(TypeError, match="reference"):
        hypervolume(np.ones((1, 2)))  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="one for each of 2"):
        hypervolume(np.ones((1, 2)), np.zeros(3))
    with pytest.raises(ValueError, match="one finite number"):
        hypervolume(np.ones((1, 2)), np.nan)


def test_what_is_not_a_table_of_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        pareto_mask(np.array([[1.0, np.nan]]))
    with pytest.raises(ValueError, match="one row for each molecule"):
        hypervolume(np.ones(3), 0.0)
    with pytest.raises(ValueError, match="1 to 5 objectives, not 6"):
        hypervolume(np.ones((1, 6)), 0.0)
