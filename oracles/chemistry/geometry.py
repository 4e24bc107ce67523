"""Atoms in space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


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
