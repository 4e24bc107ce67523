"""Geometries as text and back."""

from __future__ import annotations

import numpy as np
import pytest

from oracles.chemistry.geometry import Geometry, apart, read_xyz


def test_what_is_written_is_read_again() -> None:
    ion = Geometry(("Zn", "O"), np.array([[0.0, 0.1, -0.2], [1.25, 0, 2]]), 2)
    again = read_xyz(ion.xyz())
    assert again is not None
    assert (again.symbols, again.charge) == (ion.symbols, ion.charge)
    assert np.allclose(again.positions, ion.positions)


@pytest.mark.parametrize("text", ["", "3", "2\ncharge +0\nO 0 0 0\n", "a sentence", "1\n"])
def test_other_texts_are_none(text: str) -> None:
    assert read_xyz(text) is None


def test_mirror_images_are_not_apart_and_a_stretched_bond_is_by_what_it_grew() -> None:
    bent = Geometry(("O", "H", "H"), np.array([[0.0, 0, 0], [0.76, 0.59, 0.1], [-0.76, 0.59, 0]]), 0)
    assert apart(bent, bent.moved(-bent.positions)) == pytest.approx(0.0)
    line = Geometry(("H", "H"), np.array([[0.0, 0, 0], [0.74, 0, 0]]), 0)
    longer = line.moved(np.array([[0.0, 0, 0], [0.94, 0, 0]]))
    assert apart(line, longer) == pytest.approx(0.2)
    assert apart(line, longer, [0]) == 0.0
