"""What a calculation may cost, before it is begun: CPU seconds of one thread of a virtual machine of 2026.

Fitted to known additives of up to ten heavy atoms (``oracles/data/known_additives.csv``), by least absolute
deviation of logarithms. Single molecules cost half as much or twice.
"""

from __future__ import annotations

from rdkit import Chem

from loop.molecule import Molecule
from oracles.chemistry.flexibility import turning

MOST = 30
"""Shapes to look at, about: of those that many bonds give, few are within reach of the lowest."""


def size(molecule: Molecule) -> tuple[int, float]:
    """Atoms of a molecule, hydrogens included, and about how many shapes it has."""
    mol = Chem.AddHs(molecule.rdkit())
    return mol.GetNumAtoms(), min(2.0 ** turning(mol), MOST)


def conformers(molecule: Molecule) -> float:
    """Finding the lowest conformer by GFN2."""
    atoms, shapes = size(molecule)
    return 0.02 + 0.0021 * atoms**2 * shapes


def complexes(molecule: Molecule) -> float:
    """Finding the complexes of a molecule with an ion and its waters by GFN2."""
    atoms, shapes = size(molecule)
    return 10.0 + 0.057 * atoms**2 + 0.0097 * atoms**2 * shapes
