"""The first shell of an ion as an ideal polyhedron: where its donors stand, and waters around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ions import Ion

OXYGEN_HYDROGEN = 0.97
HALF_ANGLE = np.deg2rad(52.5)


@dataclass(frozen=True, eq=False)
class Polyhedron:
    """Corners around an ion at the origin.

    Attributes
    ----------
    corners
        Unit vectors, shape ``(n, 3)``; the first is ``-x``, where a single donor stands.
    planes
        For each corner a unit vector at right angles to it, shape ``(n, 3)``: a water without a turn lies
        in the plane of the two.
    bites
        Denticity -> choices of neighbouring corners that a chelate can take, donors in their order.
    """

    corners: FloatArray
    planes: FloatArray
    bites: dict[int, tuple[tuple[int, ...], ...]]


def _tetrahedron() -> Polyhedron:
    around = np.deg2rad([0.0, 120.0, 240.0])
    base = np.stack([np.full(3, 1 / 3), np.sqrt(8) / 3 * np.cos(around), np.sqrt(8) / 3 * np.sin(around)], 1)
    corners = np.vstack([[-1.0, 0.0, 0.0], base])
    planes = np.cross(corners, corners[[1, 2, 3, 0]])
    planes /= np.linalg.norm(planes, axis=1)[:, None]
    return Polyhedron(corners, planes, {2: ((0, 1),), 3: ((0, 1, 2), (0, 2, 1))})


_X, _Y, _Z = np.eye(3)

POLYHEDRA = {
    4: _tetrahedron(),
    # The planes of opposite waters coincide and those of neighbours are at right angles: the T_h symmetry
    # of a hexaaqua ion. Three donors stand facially, either way round, or meridionally.
    6: Polyhedron(
        np.stack([-_X, _X, _Y, -_Y, _Z, -_Z]),
        np.stack([_Y, _Y, _Z, _Z, _X, _X]),
        {2: ((0, 2),), 3: ((0, 2, 4), (0, 4, 2), (2, 0, 3))},
    ),
}
"""Number of waters in the hydrate -> where they stand."""


def complexed(
    ligand: Geometry, ion: Ion, at: FloatArray, frame: FloatArray, free: list[int], turns: FloatArray
) -> Geometry:
    """Put an ion beside a ligand and waters at its free corners.

    Parameters
    ----------
    at
        Position of the ion, shape ``(3,)``, in angstrom.
    frame
        Axes of the polyhedron, rows of a ``(3, 3)`` array.
    free
        Corners that waters take, ``m`` of them.
    turns
        Angle by which each water is turned about its axis, shape ``(m,)``.

    Returns
    -------
    Geometry
        Atoms in the order ligand, ion, then O, H, H for each water; the ion's charge added.
    """
    shape = POLYHEDRA[ion.waters]
    apart = ion.contacts["O"].start
    atoms = [ligand.positions, at[None]]
    for k, turn in zip(free, turns, strict=True):
        corner, plane = shape.corners[k] @ frame, shape.planes[k] @ frame
        across = np.cos(turn) * plane + np.sin(turn) * np.cross(corner, plane)
        outward, sideways = np.cos(HALF_ANGLE) * corner, np.sin(HALF_ANGLE) * across
        hydrogens = OXYGEN_HYDROGEN * np.stack([outward + sideways, outward - sideways])
        atoms.append(at + apart * corner + np.vstack([np.zeros(3), hydrogens]))
    symbols = (*ligand.symbols, ion.symbol, *(("O", "H", "H") * len(free)))
    return Geometry(symbols, np.vstack(atoms), ligand.charge + ion.charge)
