"""Which way hydrogen bonds go between a bound molecule and the waters beside it."""

from __future__ import annotations

import numpy as np
from rdkit.Chem.rdchem import Mol

from oracles.chemistry.donors import classes
from oracles.chemistry.geometry import Geometry

LONGEST = {"O": 2.1, "N": 2.1, "F": 2.1, "S": 2.6, "P": 2.6, "Cl": 2.6, "Br": 2.6}
"""Element that accepts -> largest distance of the hydrogen, in angstrom; shorter ones are strained by the ion
or bent."""


Pattern = tuple[frozenset[int], frozenset[int]]
"""Atoms of a molecule that accept hydrogen bonds of waters, and atoms that give them any."""


def between(geometry: Geometry, ligand: Mol) -> Pattern:
    """Which atoms of the molecule accept hydrogen bonds of waters, and which give them any.

    Parameters
    ----------
    geometry
        Atoms in the order ligand, ion, then O, H, H for each water.

    Returns
    -------
    Pattern
        Both by their numbers in :func:`donors.classes`; of those that give, the atom and not its hydrogen.
    """
    n = ligand.GetNumAtoms()
    same = classes(ligand)
    apart = np.linalg.norm(geometry.positions[:, None] - geometry.positions[None], axis=2)
    hydrogens = [k for k, symbol in enumerate(geometry.symbols) if symbol == "H"]
    oxygens = range(n + 1, len(geometry.symbols), 3)
    accept = {
        same[k]
        for k in range(n)
        if geometry.symbols[k] in LONGEST
        for h in hydrogens
        if h > n and apart[k, h] < LONGEST[geometry.symbols[k]]
    }
    give = {
        same[ligand.GetAtomWithIdx(h).GetNeighbors()[0].GetIdx()]
        for h in hydrogens
        if h < n and any(apart[o, h] < LONGEST["O"] for o in oxygens)
    }
    return frozenset(accept), frozenset(give)
