"""Atoms in space."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist

FloatArray = NDArray[np.float64]

COUNT = re.compile(r"\s*(\d+)\s*\n")
CHARGE = re.compile(r"charge ([+-]?\d+)")


@dataclass(frozen=True, eq=False)
class Geometry:
    """Atoms in space with their total charge; always a closed shell.

    Attributes
    ----------
    symbols
        Element symbols, ``n`` of them.
    positions
        Shape ``(n, 3)``, in angstrom.
    charge
        Total charge, in units of e.
    """

    symbols: tuple[str, ...]
    positions: FloatArray
    charge: int

    def moved(self, positions: FloatArray) -> Geometry:
        """Return the same atoms at other positions, shape ``(n, 3)``, in angstrom."""
        return Geometry(self.symbols, positions, self.charge)

    def xyz(self) -> str:
        """The geometry in XYZ format, with the charge in the comment line."""
        lines = [str(len(self.symbols)), f"charge {self.charge:+d}"]
        lines += [
            f"{s:<2} {x:.6f} {y:.6f} {z:.6f}"
            for s, (x, y, z) in zip(self.symbols, self.positions, strict=True)
        ]
        return "\n".join(lines) + "\n"


def apart(one: Geometry, other: Geometry, atoms: Sequence[int] | None = None) -> float:
    """How far two shapes of one molecule differ, in angstrom; mirror images do not.

    Parameters
    ----------
    atoms
        Indices of those looked at; ``None`` for all.

    Returns
    -------
    float
        The largest difference between their distances from atom to atom, both sorted.
    """
    return float(np.abs(shape(one, atoms) - shape(other, atoms)).max(initial=0.0))


def shape(geometry: Geometry, atoms: Sequence[int] | None = None) -> FloatArray:
    """Distances from atom to atom in angstrom, sorted, of all atoms or of those whose indices are given."""
    chosen = slice(None) if atoms is None else list(atoms)
    return np.sort(pdist(geometry.positions[chosen]))


def read_xyz(text: str) -> Geometry | None:
    """Read the only geometry of a text in XYZ format; ``None`` for any other text."""
    lines = text.strip("\n").splitlines()
    if (count := COUNT.match(text)) is None or len(lines) != int(count[1]) + 2:
        return None
    rows = [line.split() for line in lines[2:]]
    charge = CHARGE.search(lines[1])
    positions = np.array([row[1:4] for row in rows], dtype=np.float64)
    return Geometry(tuple(row[0] for row in rows), positions, int(charge[1]) if charge else 0)
