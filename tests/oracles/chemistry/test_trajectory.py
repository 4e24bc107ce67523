"""What is kept of a relaxation."""

from __future__ import annotations

import json

import numpy as np
import pytest

from loop.molecule import parse
from oracles.chemistry import conformers, semiempirical
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ligand import prepare
from oracles.chemistry.trajectory import FRAMES, Trajectory

PAIR = Geometry(("O", "H"), np.array([[0.0, 0, 0], [0, 0, 1]]), -1)


def _walk(steps: int, first: float = 0.0, start: Geometry = PAIR) -> Trajectory:
    """Each step moves everything by an angstrom and lowers the energy by 1 eV."""
    positions = [start.positions + first + k for k in range(steps + 1)]
    return Trajectory.of(start, "hand", positions, [-(first + k) for k in range(steps + 1)])


@pytest.mark.parametrize("steps", [0, 1, 19, 20, 21, 100, 299])
def test_first_and_last_are_kept_and_the_rest_evenly(steps: int) -> None:
    path = _walk(steps)
    assert len(path.steps) == min(FRAMES, steps + 1)
    assert (path.steps[0], path.steps[-1]) == (0, steps)
    gaps = np.diff(path.steps)
    assert not gaps.size or gaps.max() - gaps.min() <= 1
    assert np.allclose(path.energies, [-step for step in path.steps])
    assert np.allclose(path.positions[:, 0, 0], path.steps)


def test_large_ones_get_fewer_frames() -> None:
    large = Geometry(("H",) * 70, np.zeros((70, 3)), 0)
    path = _walk(200, start=large)
    assert (len(path.steps), path.steps[0], path.steps[-1]) == (10, 0, 200)


def test_two_relaxations_one_after_the_other_are_one() -> None:
    both = _walk(5).then(_walk(4, first=5.0))
    assert both.steps == tuple(range(10))
    assert np.allclose(both.energies, -np.arange(10.0))
    long = _walk(150).then(_walk(40, first=150.0))
    assert (len(long.steps), long.steps[0], long.steps[-1]) == (FRAMES, 0, 190)
    assert np.allclose(long.positions[:, 0, 0], long.steps)
    assert np.diff(long.steps).max() <= 20, "twice what is even"


def test_a_relaxation_goes_downhill_from_its_start_to_its_end() -> None:
    start = conformers.embed(parse("NC(N)=O")).starts[0]
    relaxed = semiempirical.relax(start, fmax=0.02, steps=300)
    path = relaxed.path
    assert np.allclose(path.positions[0], start.positions)
    assert np.array_equal(path.positions[-1], relaxed.geometry.positions)
    assert path.energies[-1] == relaxed.energy
    assert path.energies[0] > path.energies[-1]
    assert path.level == "GFN2-xTB/ALPB(water)"
    assert semiempirical.relax(start, fmax=0.02, steps=1, water=False).path.level == "GFN2-xTB"


def test_the_lowest_conformer_is_named_by_its_energy() -> None:
    ligand = prepare(parse("OCCO"), water=True)
    search = ligand.search
    assert search["lowest_by"] == "GFN2-xTB/ALPB(water) energy"
    relative = search["conformer_energies_ev"]
    assert len(relative) == len(ligand.conformers) > 1
    assert relative[0] == 0.0
    assert relative == sorted(relative)
    assert np.array_equal(ligand.path.positions[-1], ligand.conformers[0].positions)


def test_what_a_ledger_keeps_of_twelve_heavy_atoms_is_small() -> None:
    details = prepare(parse("CC(C)(O)CC(=O)NCCOC"), water=False).path.details("geometry")
    assert 5_000 < len(json.dumps(details)) < 20_000
    assert details["of"] == "geometry"
    assert np.shape(details["positions_angstrom"]) == (len(details["steps"]), len(details["symbols"]), 3)
