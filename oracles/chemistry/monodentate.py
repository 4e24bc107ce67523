"""Starting geometries of a complex bound at one donor: the ion comes to it with waters around."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from oracles.chemistry.donors import Donor
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.polyhedra import POLYHEDRA, complexed

SEED = 61453
SHAKE = 0.02
"""Standard deviation of the noise on every coordinate, in angstrom."""

DIRECTIONS = 150
APPROACHES = 3
TWISTS = np.deg2rad(np.arange(0.0, 90.0, 15.0))
ROOMY = 0.85
"""A direction counts as open if its clearance is at least this fraction of the best one's."""


def starts(ligand: Geometry, donor: Donor, ion: Ion, n: int) -> list[Geometry]:
    """Build different starting geometries for one donor.

    The ion with its waters comes along the directions that leave the most room between the fragment
    and the rest of the ligand. On the first visit of a direction the waters stand as in the hydrate,
    later each is turned about its own axis by a random angle of a constant seed: the energy is flat in
    these angles, and the hydrogen bonds to the ligand depend on them.

    Parameters
    ----------
    n
        How many.

    Returns
    -------
    list of Geometry
        Atoms in the order ligand, ion, then O, H, H for each water; the ion's charge added.
    """
    rng = np.random.default_rng(SEED)
    approaches = _approaches(ligand, donor, ion)
    free = list(range(1, ion.waters))
    built = []
    for k in range(n):
        frame = approaches[k % len(approaches)]
        turns = np.zeros(len(free)) if k < len(approaches) else rng.uniform(0.0, np.pi, len(free))
        at = ligand.positions[donor.atom] + ion.contacts[donor.element].start * frame[0]
        built.append(shaken(complexed(ligand, ion, at, frame, free, turns), rng))
    return built


def shaken(start: Geometry, rng: np.random.Generator) -> Geometry:
    """The geometry with noise on it: a symmetric start would stay on a saddle point."""
    return start.moved(start.positions + rng.normal(0.0, SHAKE, start.positions.shape))


def _approaches(ligand: Geometry, donor: Donor, ion: Ion) -> list[FloatArray]:
    """Frames of the roomiest direction and of open ones far from those already taken."""
    directions = _sphere(DIRECTIONS)
    clearance, twist = _clearances(ligand, donor, ion, directions)
    chosen = [int(np.argmax(clearance))]
    _add_farthest(chosen, directions, clearance >= ROOMY * clearance.max(), APPROACHES)
    return [_frame(directions[k], twist[k]) for k in chosen]


def _add_farthest(chosen: list[int], directions: FloatArray, among: NDArray[np.bool_], wanted: int) -> None:
    found = np.flatnonzero(among)
    while len(chosen) < min(wanted, len(found)):
        nearest = (directions[found] @ directions[chosen].T).max(axis=1)
        chosen.append(int(found[np.argmin(nearest)]))


def _sphere(n: int) -> FloatArray:
    """Evenly spread unit vectors, shape ``(n, 3)``: a Fibonacci lattice."""
    k = np.arange(n) + 0.5
    z = 1.0 - 2.0 * k / n
    angle = np.pi * (1.0 + np.sqrt(5.0)) * k
    r = np.sqrt(1.0 - z**2)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1)


def _frame(direction: FloatArray, twist: float) -> FloatArray:
    """Right-handed axes, rows of a ``(3, 3)`` array; the first points along ``direction``."""
    helper = np.eye(3)[int(np.argmin(np.abs(direction)))]
    second = np.cross(direction, helper)
    second /= np.linalg.norm(second)
    third = np.cross(direction, second)
    c, s = np.cos(twist), np.sin(twist)
    return np.stack([direction, c * second + s * third, c * third - s * second])


def _clearances(
    ligand: Geometry, donor: Donor, ion: Ion, directions: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Best smallest distance (angstrom) to the ligand, and the twist that gives it, per direction."""
    anchor = ligand.positions[donor.atom]
    others = np.delete(ligand.positions, donor.atom, axis=0)
    corners = POLYHEDRA[ion.waters].corners[1:]
    best = np.full(len(directions), -np.inf)
    twists = np.zeros(len(directions))
    for k, direction in enumerate(directions):
        at = anchor + ion.contacts[donor.element].start * direction
        for twist in TWISTS:
            oxygens = at + ion.contacts["O"].start * corners @ _frame(direction, twist)
            fragment = np.vstack([at, oxygens])
            nearest = np.linalg.norm(fragment[:, None] - others[None], axis=-1).min()
            if nearest > best[k]:
                best[k], twists[k] = nearest, twist
    return best, twists
