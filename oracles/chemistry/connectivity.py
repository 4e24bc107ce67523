"""Whether a geometry is still the molecule that was asked about.

Bonds are read from distances: two atoms count as bonded below a multiple of the sum of their covalent
radii (Cordero et al., 10.1039/b801115j). The multiple is wider for X-H, where a hydrogen bond stretches
the bond but the next contact is far, than for heavy atoms, where 1,3 contacts in small cages are near.
"""

from __future__ import annotations

import numpy as np
from rdkit import Chem
from rdkit.Chem.rdchem import ChiralType, Mol
from rdkit.Geometry import Point3D

from oracles.chemistry.geometry import FloatArray, Geometry

HEAVY_STRETCH = 1.2
HYDROGEN_STRETCH = 1.25
HYDROGENS = 0.9
"""Two hydrogens are bonded below this distance, in angstrom: their molecule has 0.74, and stretched a little
more than the multiple allows; the next contact in any molecule is above 1.4."""

OTHER_THAN_TETRAHEDRAL = (
    ChiralType.CHI_SQUAREPLANAR,
    ChiralType.CHI_TRIGONALBIPYRAMIDAL,
    ChiralType.CHI_OCTAHEDRAL,
)

Bonds = frozenset[tuple[int, int]]

_TABLE = Chem.GetPeriodicTable()


def distances(positions: FloatArray) -> FloatArray:
    """Distances between all pairs, shape ``(n, n)``, in the unit of ``positions``."""
    return np.asarray(np.linalg.norm(positions[:, None] - positions[None], axis=-1))


def bonds_in_space(geometry: Geometry) -> Bonds:
    """Pairs of atoms close enough to be bonded."""
    radii = np.array([_TABLE.GetRcovalent(s) for s in geometry.symbols])
    hydrogen = np.array([s == "H" for s in geometry.symbols])
    stretch = np.where(hydrogen[:, None] | hydrogen[None], HYDROGEN_STRETCH, HEAVY_STRETCH)
    longest = stretch * (radii[:, None] + radii[None])
    longest[hydrogen[:, None] & hydrogen[None]] = HYDROGENS
    near = distances(geometry.positions) < longest
    rows, columns = np.nonzero(np.triu(near, k=1))
    return frozenset(zip(rows.tolist(), columns.tolist(), strict=True))


def bonds_of(mol: Mol) -> Bonds:
    """Pairs of bonded atoms of an RDKit molecule with explicit hydrogens."""
    pairs = ((b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds())
    return frozenset((min(p), max(p)) for p in pairs)


def name_change(expected: Bonds, found: Bonds, geometry: Geometry) -> str | None:
    """Say which bonds differ, or return ``None`` if none does."""

    def name(pairs: Bonds) -> str:
        texts = (f"{geometry.symbols[i]}{i + 1}-{geometry.symbols[j]}{j + 1}" for i, j in sorted(pairs))
        return ", ".join(texts)

    changes = []
    if expected - found:
        changes.append(f"broken {name(expected - found)}")
    if found - expected:
        changes.append(f"formed {name(found - expected)}")
    return "; ".join(changes) or None


def isomer_in_space(mol: Mol, positions: FloatArray) -> str:
    """Canonical SMILES with the stereochemistry read from positions, shape ``(n, 3)``, in angstrom."""
    copy = Chem.Mol(mol)
    copy.RemoveAllConformers()
    conformer = Chem.Conformer(copy.GetNumAtoms())
    for k, (x, y, z) in enumerate(positions):
        conformer.SetAtomPosition(k, Point3D(float(x), float(y), float(z)))
    copy.AddConformer(conformer)
    Chem.AssignStereochemistryFrom3D(copy)
    for atom in copy.GetAtoms():
        # RDKit numbers the corners of PF5 and SF6, alike as they are, and another number is no other isomer.
        if atom.GetChiralTag() in OTHER_THAN_TETRAHEDRAL:
            atom.SetChiralTag(ChiralType.CHI_UNSPECIFIED)
    return str(Chem.MolToSmiles(Chem.RemoveHs(copy)))


def change(mol: Mol, isomer: str, geometry: Geometry) -> str | None:
    """Say how a relaxed molecule differs from what was asked, or return ``None`` if it does not.

    Parameters
    ----------
    mol
        The molecule asked about, hydrogens explicit, atoms in the order of ``geometry``.
    isomer
        Its SMILES with every stereo element set, as :func:`isomer_in_space` writes it.
    """
    changed = name_change(bonds_of(mol), bonds_in_space(geometry), geometry)
    if changed is not None:
        return f"the bonds changed: {changed}"
    found = isomer_in_space(mol, geometry.positions)
    return None if found == isomer else f"the stereochemistry changed: {isomer} became {found}"
