"""Geometries and trajectories as extended XYZ, which ASE and most viewers read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flows.structures.structure import Structure, for_ase

if TYPE_CHECKING:
    from ase import Atoms


def write_geometries(found: Iterable[Structure], path: Path) -> None:
    """Write one frame for each geometry."""
    _write(([_named(structure, structure.atoms())] for structure in found), path)


def write_trajectories(found: Iterable[Structure], path: Path) -> None:
    """Write the frames of each trajectory one after the other, with the energy and the number of the step."""
    _write((_frames(structure) for structure in found if structure.trajectory is not None), path)


def _frames(structure: Structure) -> list[Atoms]:
    way, frames = structure.trajectory, []
    assert way is not None  # noqa: S101 - the caller asks for those
    for step, positions, energy in zip(way.steps, way.positions, way.energies, strict=True):
        frame = _named(structure, for_ase(way, positions, float(energy), way.level))
        frame.info |= {"step": step, "level": way.level}
        frames.append(frame)
    return frames


def _named(structure: Structure, atoms: Atoms) -> Atoms:
    pairs = structure.pairs()
    # Extended XYZ takes a backslash, which a SMILES may hold, for an escape.
    atoms.info |= pairs | {"smiles": str(pairs["smiles"]).replace("\\", "\\\\")}
    return atoms


def _write(several: Iterable[list[Atoms]], path: Path) -> None:
    from ase.io import write  # noqa: PLC0415 - a campaign without geometries does without

    with path.open("w", encoding="utf-8") as file:
        for frames in several:
            write(file, frames, format="extxyz")
