"""How flexible a molecule is."""

from __future__ import annotations

from rdkit.Chem import rdMolDescriptors
from rdkit.Chem.rdchem import Mol


def turning(mol: Mol) -> int:
    """Bonds that turn, and rings that pucker, of a molecule with explicit hydrogens: O-H is one of them."""
    return int(rdMolDescriptors.CalcNumRotatableBonds(mol) + rdMolDescriptors.CalcNumAliphaticRings(mol))
