"""Geometries as text and back."""

from __future__ import annotations

import numpy as np
import pytest

from oracles.chemistry.geometry import Geometry, read_xyz


def test_what_is_written_is_read_again() -> None:
    ion = Geometry(("Zn", "O"), np.array([[0.0, 0.1, -0.2], [1.25, 0, 2]]), 2)
    again = read_xyz(ion.xyz())
    assert again is not None
    assert (again.symbols, again.charge) == (ion.symbols, ion.charge)
    assert np.allclose(again.positions, ion.positions)


@pytest.mark.parametrize("text", ["", "3", "2\ncharge +0\nO 0 0 0\n", "a sentence", "1\n"])
def test_other_texts_are_none(text: str) -> None:
    assert read_xyz(text) is None
