"""Ideal shells."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from oracles.chemistry.polyhedra import POLYHEDRA


@pytest.mark.parametrize(("waters", "angles"), [(4, {109}), (6, {90, 180})])
def test_corners_are_those_of_the_polyhedron(waters: int, angles: set[int]) -> None:
    shape = POLYHEDRA[waters]
    cosines = [a @ b for a, b in combinations(shape.corners, 2)]
    assert {round(float(np.degrees(np.arccos(np.clip(c, -1, 1))))) for c in cosines} == angles
    assert np.linalg.norm(shape.corners, axis=1) == pytest.approx(1.0)
    assert np.linalg.norm(shape.planes, axis=1) == pytest.approx(1.0)
    assert (shape.corners * shape.planes).sum(axis=1) == pytest.approx(0.0)


@pytest.mark.parametrize("waters", POLYHEDRA)
def test_neighbours_of_a_chelate_stand_side_by_side(waters: int) -> None:
    corners = POLYHEDRA[waters].corners
    for choices in POLYHEDRA[waters].bites.values():
        for taken in choices:
            assert len(set(taken)) == len(taken)
            assert all(corners[a] @ corners[b] > -0.5 for a, b in pairwise(taken))
