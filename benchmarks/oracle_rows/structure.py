"""Geometries as the details of a record hold them: XYZ with the charge in the comment line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

HARTREE = 27.211386245988
"""In eV (CODATA 2018)."""


@dataclass(frozen=True, eq=False)
class Structure:
    """Atoms in space.

    Attributes
    ----------
    symbols
        Element symbols, ``n`` of them.
    positions
        Shape ``(n, 3)``, in angstrom.
    charge
        In e.
    """

    symbols: tuple[str, ...]
    positions: FloatArray
    charge: int

    def xyz(self) -> str:
        """As it was read."""
        atoms = zip(self.symbols, self.positions.tolist(), strict=True)
        lines = [f"{s:<2} {x:.6f} {y:.6f} {z:.6f}" for s, (x, y, z) in atoms]
        return "\n".join([str(len(self.symbols)), f"charge {self.charge:+d}", *lines]) + "\n"

    def part(self, atoms: list[int]) -> Structure:
        """Some of the atoms, in the order given, without charge."""
        return Structure(tuple(self.symbols[k] for k in atoms), self.positions[atoms], 0)


def read_xyz(text: str) -> Structure:
    """Read a geometry.

    Raises
    ------
    ValueError
        If the text is not XYZ with ``charge N`` in its comment line.
    """
    lines = text.splitlines()
    word, _, charge = lines[1].partition(" ")
    if word != "charge":
        raise ValueError(f"the comment line of an XYZ file is '{lines[1]}', not 'charge N'")
    rows = [line.split() for line in lines[2 : 2 + int(lines[0])]]
    positions = np.array([[float(x) for x in row[1:4]] for row in rows])
    return Structure(tuple(row[0] for row in rows), positions, int(charge))


def waters_released(bound: Structure, ligand: Structure) -> int:
    """Waters that the aqua ion loses to a complex; atoms in the order ligand, zinc, waters.

    Raises
    ------
    ValueError
        If the atoms do not add up to ligand, zinc and whole waters.
    """
    rest = len(bound.symbols) - len(ligand.symbols) - 1
    if rest % 3 or bound.symbols[: len(ligand.symbols)] != ligand.symbols:
        raise ValueError("a complex is not its ligand, zinc and whole waters")
    return 6 - rest // 3


def exchanged(released: int, energies: Mapping[str, float], aqua: Mapping[str, float]) -> float:
    """Exchange energy in eV of one complex against one aqua ion, put together from single energies.

    What an oracle reports is an average over several minima, of the aqua ion as well; accelerations and
    checks are judged by single structures.

    Parameters
    ----------
    released
        Waters that the ligand displaces.
    energies
        ``complex`` and ``ligand``, in hartree.
    aqua
        ``complex`` and ``ligand`` of water as the ligand, which are the aqua ion and water.
    """
    own = energies["complex"] - energies["ligand"]
    return (own + released * aqua["ligand"] - aqua["complex"]) * HARTREE
