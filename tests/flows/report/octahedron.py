"""Details of measurements as oracles leave them, with a complex."""

from __future__ import annotations

from typing import Any

import numpy as np

from oracles.chemistry.geometry import Geometry

CORNERS = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])
BOUND, REST = 1.95, 2.08


def complex_of(smiles_symbols: tuple[str, ...] = ("C", "O"), donors: int = 1) -> Geometry:
    """A chain that binds zinc with its last atoms, each at a corner; waters at the other corners."""
    symbols, chain = list(smiles_symbols), len(smiles_symbols) - donors
    positions = [[-BOUND - 1.4 * (chain - k), 0.0, 0.0] for k in range(chain)]
    corners = [1, *range(2, 6), 0]
    positions += [(BOUND * CORNERS[c]).tolist() for c in corners[:donors]]
    symbols.append("Zn")
    positions.append([0.0, 0.0, 0.0])
    for c in corners[donors:]:
        across = np.roll(CORNERS[c], 1)
        oxygen = REST * CORNERS[c]
        hydrogens = [(oxygen + 0.6 * CORNERS[c] + sign * 0.76 * across).tolist() for sign in (1, -1)]
        symbols += ["O", "H", "H"]
        positions += [oxygen.tolist(), *hydrogens]
    return Geometry(tuple(symbols), np.array(positions), 2)


def details(**more: Any) -> dict[str, Any]:
    """What an oracle of zinc leaves."""
    return {
        "complex": complex_of().xyz(),
        "donor_kinds": ["carbonyl O"],
        "sites": [1],
        "denticity": 1,
        "coordination": 6,
        "ion_charge": 1.434,
    } | more
