"""Basis functions kept on the grid change nothing but the time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pyscf.dft.numint import NumInt

from oracles.chemistry.geometry import Geometry
from oracles.chemistry.meanfield import mean_field
from oracles.chemistry.quadrature import set_grid
from oracles.chemistry.theory import LEAN, Functional

WATER = Geometry(
    ("O", "H", "H"),
    np.array([[0.0, 0.0, 0.1173], [0.0, 0.7572, -0.4692], [0.0, -0.7572, -0.4692]]),
    0,
)
FUNCTIONAL = Functional("b3lyp", "6-31g(d)", grids=(LEAN,), conv_tol=1e-9)


@pytest.mark.parametrize("memory", [2000, 1], ids=["kept", "no memory to keep them"])
def test_the_energy_is_that_of_pyscf(memory: int) -> None:
    ours, plain = mean_field(WATER, FUNCTIONAL, memory), mean_field(WATER, FUNCTIONAL, 2000)
    plain._numint = NumInt()
    assert ours.kernel() == pytest.approx(plain.kernel(), abs=1e-9)
    assert bool(ours._numint._blocks) == (memory > 1)


def test_another_grid_is_not_integrated_with_the_functions_of_the_last() -> None:
    mf = mean_field(WATER, FUNCTIONAL, 2000)
    mf.kernel()
    set_grid(mf, 3)
    fine = mean_field(WATER, replace(FUNCTIONAL, grids=(3,)), 2000)
    assert mf.energy_tot(mf.make_rdm1()) == pytest.approx(fine.kernel(), abs=1e-6)
    assert mf.grids.level == 3


def test_hydrogen_has_fewer_points_than_others_on_the_lean_grid() -> None:
    mf = mean_field(WATER, FUNCTIONAL, 2000)
    mf.grids.build()
    level_1 = mean_field(WATER, replace(FUNCTIONAL, grids=(1,)), 2000)
    level_1.grids.build()
    assert 0.4 < len(mf.grids.weights) / len(level_1.grids.weights) < 0.6


def test_what_is_integrated_on_once_is_not_kept() -> None:
    mf = mean_field(WATER, FUNCTIONAL, 2000)
    mf.kernel()
    set_grid(mf, 2, once=True)
    mf.energy_tot(mf.make_rdm1())
    assert not mf._numint._blocks
