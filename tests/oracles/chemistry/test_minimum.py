"""Saddle points are found, and left."""

from __future__ import annotations

import numpy as np
import pytest

from loop.molecule import parse
from loop.protocols import ConvergenceError
from oracles.chemistry import semiempirical
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ligand import prepare
from oracles.chemistry.minimum import SADDLE, settled, softest


def diborane(torsion: float) -> Geometry:
    c, s = np.cos(np.radians(torsion)), np.sin(np.radians(torsion))
    half = np.array([[0.85, 0.0, 0.0], [1.5, 1.0, 0.0], [1.5, -1.0, 0.0]])
    other = half * [-1.0, 1.0, 1.0] @ np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])
    return Geometry(("B", "H", "H", "B", "H", "H"), np.vstack([half, other]), 0)


def rested(start: Geometry) -> semiempirical.Relaxed:
    return semiempirical.relax(start, fmax=0.02, steps=300, water=False)


def torsion(geometry: Geometry) -> float:
    """Between the planes of the two halves, in degrees."""
    across = [np.subtract(*geometry.positions[[k, k + 1]]) for k in (1, 4)]
    cosine = across[0] @ across[1] / np.prod(np.linalg.norm(across, axis=1))
    return float(np.degrees(np.arccos(abs(cosine).clip(max=1.0))))


def test_flat_diborane_is_a_saddle_point_and_falls_off_it() -> None:
    flat = rested(diborane(0.0))
    assert flat.converged
    assert torsion(flat.geometry) < 1.0
    curvature, direction = softest(flat.geometry, water=False)
    assert curvature < 10 * SADDLE
    assert np.abs(direction[:, :2]).max() < 0.1  # out of the plane
    minimum = settled(flat, fmax=0.02, steps=300, water=False)
    assert minimum is not None
    assert torsion(minimum.geometry) == pytest.approx(90.0, abs=3.0)
    assert minimum.energy < flat.energy - 0.3
    assert softest(minimum.geometry, water=False)[0] > SADDLE
    assert minimum.path.steps[-1] > flat.path.steps[-1]


def test_a_minimum_stays_as_it_is() -> None:
    minimum = rested(diborane(90.0))
    assert settled(minimum, fmax=0.02, steps=300, water=False) is minimum


@pytest.mark.parametrize(
    ("symbols", "positions", "rigid"),
    [
        (("Ne",), [[0.0, 0.0, 0.0]], 3),
        (("C", "O", "O"), [[0.0, 0.0, 0.0], [0.0, 0.0, 1.14], [0.0, 0.0, -1.14]], 5),
        (("O", "H", "H"), [[0.0, 0.0, 0.12], [0.0, 0.76, -0.47], [0.0, -0.76, -0.47]], 6),
    ],
)
def test_no_curvature_is_that_of_a_rotation(
    symbols: tuple[str, ...], positions: list[list[float]], rigid: int
) -> None:
    at: FloatArray = np.array(positions)
    curvature, direction = softest(Geometry(symbols, at, 0), water=False)
    assert curvature > 1.0
    if 3 * len(symbols) > rigid:
        centred = at - at.mean(axis=0)
        assert np.abs(direction.sum(axis=0)).max() < 1e-6
        assert np.abs(np.cross(centred, direction).sum(axis=0)).max() < 1e-6


def test_what_wins_nothing_was_no_saddle_point(monkeypatch: pytest.MonkeyPatch) -> None:
    minimum = rested(diborane(90.0))
    direction = np.zeros((6, 3))
    direction[0, 0] = 1.0
    monkeypatch.setattr("oracles.chemistry.minimum.softest", lambda *_, water: (-1.0, direction))
    assert settled(minimum, fmax=0.02, steps=300, water=False) is minimum


def test_charges_that_do_not_converge_nearby_are_no_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(geometry: Geometry, *, water: bool) -> FloatArray:
        raise ConvergenceError("GFN2-xTB did not converge")

    monkeypatch.setattr(semiempirical, "hessian", fails)
    assert settled(rested(diborane(90.0)), fmax=0.02, steps=300, water=False) is None


def test_the_conformers_of_a_molecule_are_minima() -> None:
    """RDKit embeds diborane(4) flat."""
    (geometry,) = prepare(parse("BB"), water=False).conformers
    assert np.linalg.matrix_rank(geometry.positions - geometry.positions.mean(axis=0), tol=0.2) == 3
