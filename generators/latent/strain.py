"""Rings that no molecule has: told by their bonds alone, without a shape."""

from __future__ import annotations

from itertools import combinations

from rdkit import Chem
from rdkit.Chem.rdchem import Mol

from loop.molecule import Molecule

TRANS, BENT = 8, 7
"""Atoms of the smallest ring that holds a trans double bond (Wiseman, J. Am. Chem. Soc. 89, 5966, 1967), and
of the smallest that holds a triple bond or a cumulene and can be kept: tetramethylcycloheptyne (Krebs and
Wilke, Top. Curr. Chem. 109, 189, 1983)."""


def is_impossible(molecule: Molecule) -> bool:
    """Whether it has a bent triple bond or cumulene, or breaks Bredt's rule."""
    mol = molecule.rdkit()
    rings = [frozenset(ring) for ring in mol.GetRingInfo().AtomRings()]
    return any(_is_bent(mol, ring) for ring in rings if len(ring) < BENT) or any(
        _breaks_bredt(mol, one, other) for one, other in combinations(rings, 2) if len(one & other) > 2
    )


def _is_bent(mol: Mol, ring: frozenset[int]) -> bool:
    """Whether a carbon atom has a triple or two double bonds in the ring."""
    return any(
        mol.GetAtomWithIdx(k).GetAtomicNum() == 6
        and sum(
            bond.GetBondTypeAsDouble() - 1
            for bond in mol.GetAtomWithIdx(k).GetBonds()
            if bond.GetOtherAtomIdx(k) in ring and not bond.GetIsAromatic()
        )
        >= 2
        for k in ring
    )


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
