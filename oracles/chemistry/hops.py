"""From one minimum of a complex to starts for others: basin hopping, with the moves that such shells need.

Wales & Doye, 10.1021/jp970984n. From twenty starting geometries of glycerol one seed in three found the
lowest complex; ten hops from wherever the starts had ended found it from all of them.
"""

from __future__ import annotations

import numpy as np
from rdkit.Chem.rdchem import BondType, Mol
from scipy.spatial.distance import pdist, squareform
from scipy.spatial.transform import Rotation

from oracles.chemistry.coordinated import Complex
from oracles.chemistry.geometry import FloatArray, Geometry

SEED = 61453

TURNED = 0.6
"""Share of the waters that turn about their own axis, by any angle, in one hop."""

TILT, SWING = 0.3, 1.5
"""In radians: standard deviation of the tilt of such a water, and largest turn of a ligand with one donor
about the line from the ion to it."""

TWIST = (1.0, 2.6)
"""By so much, in radians, a part of the ligand that binds nothing turns about a single bond."""

TRIES = 50

CLASH, CLASH_WITH_WATER = 0.85, 1.3
"""Atoms of the ligand come no nearer to each other, and to waters, than this, in angstrom."""


def hop(complex_: Complex, mol: Mol, k: int, rng: np.random.Generator) -> Geometry:
    """A start for another minimum.

    Parameters
    ----------
    mol
        The ligand, hydrogens explicit.
    k
        Number of the hop: in odd ones the ligand twists, too.
    """
    moved = complex_.geometry.positions
    for _ in range(TRIES):
        moved = complex_.geometry.positions.copy()
        _turn_waters(moved, mol.GetNumAtoms(), rng)
        if complex_.denticity == 1:
            _swing(moved, mol.GetNumAtoms(), complex_.shell.ligand[0], rng)
        if k % 2:
            _twist(moved, mol, set(complex_.shell.ligand), rng)
        if not _clash(moved, mol.GetNumAtoms()):
            break
    return complex_.geometry.moved(moved)


def _turn_waters(positions: FloatArray, ion: int, rng: np.random.Generator) -> None:
    for k in range(ion + 1, len(positions), 3):
        if rng.random() < TURNED:
            about = _axis(positions[ion], positions[k]) * rng.uniform(-np.pi, np.pi)
            turn = Rotation.from_rotvec(about) * Rotation.from_rotvec(rng.normal(0.0, TILT, 3))
            positions[k : k + 3] = positions[k] + turn.apply(positions[k : k + 3] - positions[k])


def _swing(positions: FloatArray, ion: int, donor: int, rng: np.random.Generator) -> None:
    turn = Rotation.from_rotvec(_axis(positions[ion], positions[donor]) * rng.uniform(-SWING, SWING))
    positions[:ion] = positions[ion] + turn.apply(positions[:ion] - positions[ion])


def _twist(positions: FloatArray, mol: Mol, bound: set[int], rng: np.random.Generator) -> None:
    """Turn one part that holds no donor about a bond, if there is any."""
    turnable = _turnable(mol, bound)
    if turnable:
        near, far, part = turnable[rng.integers(len(turnable))]
        angle = rng.choice([-1.0, 1.0]) * rng.uniform(*TWIST)
        turn = Rotation.from_rotvec(_axis(positions[near], positions[far]) * angle)
        positions[part] = positions[far] + turn.apply(positions[part] - positions[far])


def _turnable(mol: Mol, bound: set[int]) -> list[tuple[int, int, list[int]]]:
    """Single bonds outside rings, each with the atoms beyond it, where these bind nothing."""
    found = []
    for bond in mol.GetBonds():
        if bond.GetBondType() != BondType.SINGLE or bond.IsInRing():
            continue
        a, b = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        for near, far in ((a, b), (b, a)):
            part = _beyond(mol, near, far)
            if len(part) > 1 and not bound.intersection(part):
                found.append((near, far, part))
    return found


def _beyond(mol: Mol, near: int, far: int) -> list[int]:
    part, new = [far], [far]
    while new:
        for atom in mol.GetAtomWithIdx(new.pop()).GetNeighbors():
            k = atom.GetIdx()
            if k != near and k not in part:
                part.append(k)
                new.append(k)
    return part


def _axis(start: FloatArray, end: FloatArray) -> FloatArray:
    along: FloatArray = end - start
    return along / float(np.linalg.norm(along))


def _clash(positions: FloatArray, ion: int) -> bool:
    apart = squareform(pdist(positions)) + np.diag(np.full(len(positions), np.inf))
    within, to_waters = apart[:ion, :ion], apart[:ion, ion + 1 :]
    return bool(within.min(initial=np.inf) < CLASH or to_waters.min(initial=np.inf) < CLASH_WITH_WATER)
