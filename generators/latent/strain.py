"""Rings that no molecule has: told by their bonds alone, without a shape."""

from __future__ import annotations

from itertools import combinations

from rdkit import Chem
from rdkit.Chem.rdchem import Mol

from loop.molecule import Molecule

TRANS = 8
"""Atoms of the smallest ring that holds a trans double bond (Wiseman, J. Am. Chem. Soc. 89, 5966, 1967)."""

BENT = tuple(map(Chem.MolFromSmarts, ("[#6;r3,r4,r5,r6]#@*", "*=@[#6;r3,r4,r5,r6]=@*")))
"""Triple bonds and cumulenes in rings of less than seven atoms, the smallest that can be kept with one:
tetramethylcycloheptyne (Krebs and Wilke, Top. Curr. Chem. 109, 189, 1983)."""


def is_impossible(molecule: Molecule) -> bool:
    """Whether it has a bent triple bond or cumulene, or breaks Bredt's rule."""
    mol = molecule.view()
    if any(map(mol.HasSubstructMatch, BENT)):
        return True
    rings = [frozenset(ring) for ring in mol.GetRingInfo().AtomRings()]
    pairs = combinations(rings, 2)
    return any(_breaks_bredt(mol, one, other) for one, other in pairs if len(one & other) > 2)


def _breaks_bredt(mol: Mol, one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether a head of the bridge has a double bond that is trans in a ring that is too small for one.

    The largest ring of a bicycle holds its two longer bridges and both heads.
    """
    shared, both = one & other, one | other
    bridges = sorted((len(one - shared), len(other - shared), len(shared) - 2))
    if bridges[1] + bridges[2] + 2 >= TRANS:
        return False
    return any(
        bond.GetBondType() != Chem.BondType.SINGLE and bond.GetOtherAtomIdx(k) in both
        for k in shared
        if sum(a.GetIdx() in both for a in mol.GetAtomWithIdx(k).GetNeighbors()) > 2
        for bond in mol.GetAtomWithIdx(k).GetBonds()
    )
