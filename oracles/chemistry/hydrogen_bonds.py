"""Which way hydrogen bonds go between a bound molecule and the waters beside it."""

from __future__ import annotations

import numpy as np
from rdkit.Chem.rdchem import Mol

from oracles.chemistry.geometry import Geometry

LONGEST = {"O": 2.1, "N": 2.1, "F": 2.1, "S": 2.6, "P": 2.6, "Cl": 2.6, "Br": 2.6}
"""Element that accepts -> largest distance of the hydrogen, in angstrom; shorter ones are strained by the ion
or bent."""


def between(geometry: Geometry, ligand: Mol) -> tuple[bool, bool]:
    """Whether the molecule accepts hydrogen bonds of waters, and whether it gives them any.

    Parameters
    ----------
    geometry
        Atoms in the order ligand, ion, then O, H, H for each water.
    """
    n = ligand.GetNumAtoms()
    apart = np.linalg.norm(geometry.positions[:, None] - geometry.positions[None], axis=2)
    hydrogens = [k for k, symbol in enumerate(geometry.symbols) if symbol == "H"]
    oxygens = range(n + 1, len(geometry.symbols), 3)
    accepts = any(
        apart[k, h] < LONGEST[geometry.symbols[k]]
        for k in range(n)
        if geometry.symbols[k] in LONGEST
        for h in hydrogens
        if h > n
    )
    gives = any(apart[o, h] < LONGEST["O"] for o in oxygens for h in hydrogens if h < n)
    return accepts, gives
