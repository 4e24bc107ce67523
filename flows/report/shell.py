"""An ion in the middle of a complex, and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oracles.chemistry.connectivity import Bonds, bonds_in_space
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ions import IONS

BY_SYMBOL = {ion.symbol: ion for ion in IONS.values()}


@dataclass(frozen=True)
class Neighbour:
    """An atom in the first shell.

    Attributes
    ----------
    atom
        Its index.
    symbol
        Its element.
    distance
        From the ion, in angstrom.
    of_molecule
        Whether it is the molecule's, and not a water's.
    """

    atom: int
    symbol: str
    distance: float
    of_molecule: bool


@dataclass(frozen=True, eq=False)
class Seen:
    """A complex as it is drawn.

    Attributes
    ----------
    geometry
        The molecule's atoms, the ion, the waters.
    ion
        Index of the ion.
    neighbours
        The first shell, the molecule's own first, each nearest first.
    bonds
        Pairs of bonded atoms, without the ion.
    """

    geometry: Geometry
    ion: int
    neighbours: tuple[Neighbour, ...]
    bonds: Bonds

    @property
    def name(self) -> str:
        """The ion's element."""
        return self.geometry.symbols[self.ion]

    @property
    def donors(self) -> tuple[Neighbour, ...]:
        """Neighbours that are the molecule's."""
        return tuple(n for n in self.neighbours if n.of_molecule)

    @property
    def waters(self) -> tuple[Neighbour, ...]:
        """The other neighbours."""
        return tuple(n for n in self.neighbours if not n.of_molecule)


def seen(geometry: Geometry) -> Seen | None:
    """Look at a complex; ``None`` where there is no ion."""
    symbols = geometry.symbols
    ion = next((k for k, symbol in enumerate(symbols) if symbol in BY_SYMBOL), None)
    if ion is None:
        return None
    contacts = BY_SYMBOL[symbols[ion]].contacts
    apart = np.linalg.norm(geometry.positions - geometry.positions[ion], axis=1)
    near = [
        Neighbour(k, symbols[k], float(apart[k]), k < ion)
        for k in range(len(symbols))
        if k != ion and symbols[k] in contacts and apart[k] < contacts[symbols[k]].reach
    ]
    bonds = frozenset(pair for pair in bonds_in_space(geometry) if ion not in pair)
    ordered = sorted(near, key=lambda n: (not n.of_molecule, n.distance))
    return Seen(geometry, ion, tuple(ordered), bonds)
