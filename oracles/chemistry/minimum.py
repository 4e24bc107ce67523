"""Whether a geometry at rest is a minimum, or a saddle point that symmetry keeps it on.

A relaxation that starts symmetric stays symmetric: diborane(4), which RDKit embeds flat, rests flat, 0.6 eV
above the minimum, with forces of zero.
"""

from __future__ import annotations

import numpy as np
from ase.units import Bohr, Hartree

from loop.protocols import ConvergenceError
from oracles.chemistry import semiempirical
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.semiempirical import Relaxed

SADDLE = -0.02
"""In eV/angstrom^2: lower curvature is that of a saddle point. A methyl group on top of a barrier of 0.02 eV
has it; in minima of soft torsions the lowest is 0.01 to 0.1."""

PUSH = 0.1
"""Largest displacement of an atom off a saddle point, in angstrom."""

TRIES = 3
"""A saddle point may lead to another one."""

GAIN = 1e-3
"""In eV; where no more is won there was no saddle point to leave."""

RIGID = 10.0
"""Curvature in hartree/bohr^2 that translations and rotations are given, above all others."""


def softest(geometry: Geometry, *, water: bool) -> tuple[float, FloatArray]:
    """The lowest curvature of the GFN2 energy against all displacements that are no rotation.

    Returns
    -------
    tuple
        In eV/angstrom^2; and its displacement, shape ``(n, 3)``, whose largest is 1.

    Raises
    ------
    ConvergenceError
        If the charges do not converge at a displaced geometry.
    """
    hessian = semiempirical.hessian(geometry, water=water)
    values, vectors = internal_modes(geometry.positions, hessian)
    direction = vectors[:, 0].reshape(-1, 3)
    longest = np.linalg.norm(direction, axis=1).max()
    return float(values[0]) * Hartree / Bohr**2, direction / longest


def internal_modes(positions: FloatArray, hessian: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Curvatures and orthonormal directions that are no translation or rotation, the softest first.

    The rigid motions of the molecule come last, with a curvature of :data:`RIGID`.
    """
    rigid = _rigid(positions)
    inside = np.eye(rigid.shape[0]) - rigid @ rigid.T
    values, vectors = np.linalg.eigh(inside @ hessian @ inside + RIGID * rigid @ rigid.T)
    return values, vectors


def _rigid(positions: FloatArray) -> FloatArray:
    """Orthonormal translations and rotations, shape ``(3 n, 6)``, fewer of an atom or a line of atoms."""
    centred = positions - positions.mean(axis=0)
    moves = [np.broadcast_to(axis, centred.shape) for axis in np.eye(3)]
    turns = [np.cross(axis, centred) for axis in np.eye(3)]
    columns = np.array([move.ravel() for move in (*moves, *turns)]).T
    vectors, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    found: FloatArray = vectors[:, sizes > 1e-3 * sizes[0]]
    return found


def settled(rested: Relaxed, *, fmax: float, steps: int, water: bool) -> Relaxed | None:
    """What is at rest in a minimum, or falls into one from the saddle point it is on.

    Parameters
    ----------
    fmax, steps
        Of the relaxations from there, see :func:`semiempirical.relax`.

    Returns
    -------
    Relaxed or None
        ``None`` if the charges do not converge near it.
    """
    for _ in range(TRIES):
        try:
            curvature, direction = softest(rested.geometry, water=water)
        except ConvergenceError:
            return None
        if curvature >= SADDLE:
            break
        lower = [
            end
            for push in (PUSH * direction, -PUSH * direction)
            if (end := _fallen(rested, push, fmax=fmax, steps=steps, water=water)) is not None
        ]
        if not lower:
            break
        rested = min(lower, key=lambda end: end.energy)
    return rested


def _fallen(rested: Relaxed, push: FloatArray, *, fmax: float, steps: int, water: bool) -> Relaxed | None:
    start = rested.geometry.moved(rested.geometry.positions + push)
    end = semiempirical.tried(start, fmax=fmax, steps=steps, water=water)
    if end is None or not end.converged or end.energy > rested.energy - GAIN:
        return None
    return Relaxed(end.geometry, end.energy, end.converged, rested.path.then(end.path))
