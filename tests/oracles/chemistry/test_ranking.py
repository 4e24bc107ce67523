"""The order of conformers by the functional, and what their spread says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loop.molecule import parse
from loop.protocols import ConvergenceError
from oracles.chemistry import ranking
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ligand import prepare
from oracles.chemistry.ranking import Conformer, distinct, ranked, spread
from oracles.chemistry.selfconsistent import Solution, solve
from oracles.chemistry.theory import THERMAL, Functional, Resources

FORCES = Functional("b3lyp", "6-31g(d)", grids=(0,))
BENT = Geometry(("O", "H", "H"), np.array([[0.0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]]), 0)
STRAIGHT = Geometry(("O", "H", "H"), np.array([[0.0, 0, 0], [0.96, 0.0, 0], [-0.96, 0.0, 0]]), 0)


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return Resources(tmp_path, 2000)


def conformer(energy: float, homo: float) -> Conformer:
    return Conformer(BENT, 0.0, energy, homo, 1.0, 1.0 - homo, 2.0)


def test_the_functional_decides_and_not_the_order_they_come_in(resources: Resources) -> None:
    found = ranked([(STRAIGHT, 0.0), (BENT, 0.1)], FORCES, 60, resources)
    assert [c.geometry for c in found] == [BENT, STRAIGHT]
    assert [c.gfn2 for c in found] == [0.1, 0.0]
    assert found[0].energy == 0.0
    assert 1.0 < found[1].energy < 2.0
    assert found[0].gap == pytest.approx(found[0].lumo - found[0].homo)
    assert found[0].dipole > 1.5
    assert found[1].dipole == pytest.approx(0.0, abs=0.01)
    assert {rung.of for rung in resources.account.rungs} == {"conformer"}


def test_a_density_that_does_not_converge_is_left_out(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(geometry: Geometry, *rest: Any, **more: Any) -> Solution:
        if geometry is STRAIGHT:
            raise ConvergenceError("straight")
        return solve(geometry, *rest, **more)

    monkeypatch.setattr("oracles.chemistry.ranking.solve", refused)
    (found,) = ranked([(STRAIGHT, 0.0), (BENT, 0.1)], FORCES, 60, resources)
    assert found.geometry is BENT


def test_where_none_converges_the_reason_is_told(resources: Resources) -> None:
    with pytest.raises(ConvergenceError, match="did not converge for the conformer in 1 cycles"):
        ranked([(STRAIGHT, 0.0), (BENT, 0.1)], FORCES, 1, resources)


def test_mirror_images_and_what_lies_high_are_left_out() -> None:
    ligand = prepare(parse("NCCO"), water=True)
    first, last = ligand.conformers[0], ligand.conformers[-1]
    mirrored = first.moved(first.positions * np.array([-1.0, 1.0, 1.0]))
    among = replace(ligand, conformers=(first, mirrored, last), energies=(0.0, 0.0, ranking.WINDOW - 0.01))
    assert [geometry for geometry, _ in distinct(among)] == [first, last]
    among = replace(among, energies=(0.0, 0.0, ranking.WINDOW + 0.01))
    assert [geometry for geometry, _ in distinct(among)] == [first]


def test_no_more_are_looked_at_than_pays() -> None:
    ligand = prepare(parse("NCCO"), water=True)
    stretched = [
        ligand.conformers[0].moved(ligand.conformers[0].positions * (1 + 0.1 * k)) for k in range(20)
    ]
    among = replace(ligand, conformers=tuple(stretched), energies=(0.0,) * 20)
    assert len(distinct(among)) == ranking.AT_MOST


def test_the_spread_counts_what_is_there_at_room_temperature() -> None:
    assert spread([conformer(0.0, -7.0)])["homo"] == 0.0
    assert spread([conformer(0.0, -7.0), conformer(0.0, -7.2)])["homo"] == pytest.approx(0.2 / 2**0.5)
    assert spread([conformer(0.0, -7.0), conformer(10 * THERMAL, -7.2)])["homo"] < 0.002
    assert spread([conformer(0.0, -7.0), conformer(0.0, -7.2)])["dipole"] == 0.0
