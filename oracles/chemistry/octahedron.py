"""Starting geometries of [Zn(H2O)5L]2+: the ligand, a zinc ion before one donor, five waters around it."""

from __future__ import annotations

import numpy as np

from oracles.chemistry.donors import DISTANCE, Donor
from oracles.chemistry.geometry import FloatArray, Geometry

WATERS = 5
ZINC_OXYGEN = 2.08
"""Zn-O distance to begin with, in angstrom: as in aqueous solution (Ohtaki & Radnai, 10.1021/cr00019a014)."""

OXYGEN_HYDROGEN = 0.97
HALF_ANGLE = np.deg2rad(52.5)

SEED = 61453
SHAKE = 0.02
"""Standard deviation of the noise on every coordinate, in angstrom."""

DIRECTIONS = 150
APPROACHES = 3
TWISTS = np.deg2rad(np.arange(0.0, 90.0, 15.0))
ROOMY = 0.85
"""A direction counts as open if its clearance is at least this fraction of the best one's."""


def starts(ligand: Geometry, donor: Donor, n: int) -> list[Geometry]:
    """Build ``n`` different starting geometries for one donor.

    The zinc ion with its waters comes along the directions that leave the most room between the fragment
    and the rest of the ligand. On the first visit of a direction the waters stand as in the hexaaqua ion,
    later each is turned about its Zn-O axis by a random angle of a constant seed: the energy is flat in
    these angles, and the hydrogen bonds to the ligand depend on them.

    Returns
    -------
    list of Geometry
        Atoms in the order ligand, Zn, then O, H, H for each water; charge +2 added.
    """
    rng = np.random.default_rng(SEED)
    approaches = _approaches(ligand, donor)
    built = []
    for k in range(n):
        turns = np.zeros(WATERS) if k < len(approaches) else rng.uniform(0.0, np.pi, WATERS)
        start = _assemble(ligand, donor, approaches[k % len(approaches)], turns)
        # A symmetric start would stay on a saddle point.
        built.append(start.moved(start.positions + rng.normal(0.0, SHAKE, start.positions.shape)))
    return built


def _approaches(ligand: Geometry, donor: Donor) -> list[FloatArray]:
    """Frames of the roomiest direction and of the open ones farthest from those already taken."""
    directions = _sphere(DIRECTIONS)
    clearance, twist = _clearances(ligand, donor, directions)
    open_to = np.flatnonzero(clearance >= ROOMY * clearance.max())
    chosen = [int(np.argmax(clearance))]
    while len(chosen) < min(APPROACHES, len(open_to)):
        nearest = (directions[open_to] @ directions[chosen].T).max(axis=1)
        chosen.append(int(open_to[np.argmin(nearest)]))
    return [_frame(directions[k], twist[k]) for k in chosen]


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


def _corners(frame: FloatArray) -> FloatArray:
    """Unit vectors from zinc to its five waters, shape ``(5, 3)``, opposite the ligand first."""
    along, second, third = frame
    return np.stack([along, second, -second, third, -third])


def _clearances(ligand: Geometry, donor: Donor, directions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Best smallest distance (angstrom) to the ligand, and the twist that gives it, per direction."""
    anchor = ligand.positions[donor.atom]
    others = np.delete(ligand.positions, donor.atom, axis=0)
    best = np.full(len(directions), -np.inf)
    twists = np.zeros(len(directions))
    for k, direction in enumerate(directions):
        zinc = anchor + DISTANCE[donor.element] * direction
        for twist in TWISTS:
            oxygens = zinc + ZINC_OXYGEN * _corners(_frame(direction, twist))
            fragment = np.vstack([zinc, oxygens])
            nearest = np.linalg.norm(fragment[:, None] - others[None], axis=-1).min()
            if nearest > best[k]:
                best[k], twists[k] = nearest, twist
    return best, twists


def _assemble(ligand: Geometry, donor: Donor, frame: FloatArray, turns: FloatArray) -> Geometry:
    zinc = ligand.positions[donor.atom] + DISTANCE[donor.element] * frame[0]
    # Without turns the planes of opposite waters coincide and those of neighbours are at right angles:
    # the T_h symmetry of the hexaaqua ion.
    planes = frame[[1, 2, 2, 0, 0]]
    atoms = [ligand.positions, zinc[None]]
    for corner, plane, turn in zip(_corners(frame), planes, turns, strict=True):
        across = np.cos(turn) * plane + np.sin(turn) * np.cross(corner, plane)
        outward, sideways = np.cos(HALF_ANGLE) * corner, np.sin(HALF_ANGLE) * across
        hydrogens = OXYGEN_HYDROGEN * np.stack([outward + sideways, outward - sideways])
        atoms.append(zinc + ZINC_OXYGEN * corner + np.vstack([np.zeros(3), hydrogens]))
    symbols = (*ligand.symbols, "Zn", *(("O", "H", "H") * WATERS))
    return Geometry(symbols, np.vstack(atoms), ligand.charge + 2)
