"""The way that a relaxation took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracles.chemistry.geometry import FloatArray, Geometry

FRAMES, PLACES = 20, 700
"""Frames kept of one relaxation at most, and places of atoms in all of them together.

A place is 21 to 24 bytes of a ledger's JSON: a molecule of 12 heavy atoms gets 12 to 15 kB for 20 frames, its
complex, with 45 atoms, 16 kB for 15."""

DECIMALS = 3
"""Digits kept of a coordinate in angstrom; the geometry measured at is kept with six."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Some geometries of a relaxation, the first and the last among them.

    Attributes
    ----------
    symbols
        Element symbols, ``n`` of them.
    charge
        Total charge, in units of e.
    level
        What moved the atoms, and gave the energies.
    steps
        Numbers of the steps that are kept, the first 0.
    positions
        Shape ``(frames, n, 3)``, in angstrom.
    energies
        Shape ``(frames,)``, in eV.
    """

    symbols: tuple[str, ...]
    charge: int
    level: str
    steps: tuple[int, ...]
    positions: FloatArray
    energies: FloatArray

    @classmethod
    def of(
        cls, start: Geometry, level: str, positions: Sequence[FloatArray], energies: Sequence[float]
    ) -> Trajectory:
        """Keep some of all steps, see :meth:`thinned`.

        Parameters
        ----------
        start
            Whose atoms moved.
        positions
            Shape ``(n, 3)`` each, in angstrom, one for every step and one before the first.
        energies
            Of these, in eV.
        """
        whole = cls(
            start.symbols,
            start.charge,
            level,
            tuple(range(len(energies))),
            np.array(positions, dtype=np.float64),
            np.array(energies, dtype=np.float64),
        )
        return whole.thinned()

    def then(self, later: Trajectory) -> Trajectory:
        """Go on with a relaxation that began where this one ended, at the same level."""
        steps = tuple(self.steps[-1] + step for step in later.steps[1:])
        positions = np.concatenate([self.positions, later.positions[1:]])
        energies = np.concatenate([self.energies, later.energies[1:]])
        both = Trajectory(self.symbols, self.charge, self.level, self.steps + steps, positions, energies)
        return both.thinned()

    def thinned(self) -> Trajectory:
        """Keep so many frames as :data:`FRAMES` and :data:`PLACES` allow, those nearest to even steps."""
        most = min(FRAMES, max(2, PLACES // len(self.symbols)))
        if len(self.steps) <= most:
            return self
        wanted = np.linspace(self.steps[0], self.steps[-1], most)
        kept = np.unique(np.abs(np.subtract.outer(wanted, self.steps)).argmin(axis=1))
        steps = tuple(self.steps[k] for k in kept)
        return Trajectory(
            self.symbols, self.charge, self.level, steps, self.positions[kept], self.energies[kept]
        )

    def details(self, of: str) -> dict[str, Any]:
        """The trajectory as JSON-able provenance.

        Parameters
        ----------
        of
            Name of the detail that holds the geometry where it ended: ``geometry``, ``ligand``, ``complex``.
        """
        return {
            "of": of,
            "level": self.level,
            "symbols": list(self.symbols),
            "charge": self.charge,
            "steps": list(self.steps),
            "energies_ev": np.round(self.energies, 5).tolist(),
            "positions_angstrom": np.round(self.positions, DECIMALS).tolist(),
        }


def read_trajectory(details: object) -> Trajectory | None:
    """Read what :meth:`Trajectory.details` gave; ``None`` for anything else."""
    try:
        found: Any = details
        symbols, steps = tuple(found["symbols"]), tuple(found["steps"])
        positions = np.array(found["positions_angstrom"], dtype=np.float64)
        energies = np.array(found["energies_ev"], dtype=np.float64)
        charge, level = int(found["charge"]), str(found["level"])
    except (KeyError, TypeError, ValueError):
        return None
    if positions.shape != (len(steps), len(symbols), 3) or energies.shape != (len(steps),):
        return None
    return Trajectory(symbols, charge, level, steps, positions, energies)
