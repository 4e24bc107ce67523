"""Which atoms are bonded, read from a geometry in two ways that the oracles do not use.

RDKit's connect-the-dots (``rdDetermineBonds``) and ASE's neighbour list with its natural cutoffs. A geometry
is only said to be another molecule where both say so: each has its blind spots in small cages and weak bonds.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from ase import Atoms
from ase.neighborlist import natural_cutoffs, neighbor_list
from rdkit import Chem
from rdkit.Chem import rdDetermineBonds
from rdkit.Chem.rdchem import Mol

from benchmarks.oracle_rows.structure import Structure

LENIENCE = 1.15
"""Of ASE's natural cutoffs (covalent radii): a bond that a hydrogen bond stretches is still one."""

Pairs = frozenset[tuple[int, int]]


def by_neighbours(structure: Structure) -> Pairs:
    """Bonded pairs by ASE; zinc has none."""
    atoms = Atoms(list(structure.symbols), structure.positions)
    first, second = neighbor_list("ij", atoms, natural_cutoffs(atoms, mult=LENIENCE))  # type: ignore[no-untyped-call]
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    return _without_zinc(structure, ((i, j) for i, j in pairs if i < j))


def by_dots(structure: Structure) -> Pairs:
    """Bonded pairs by RDKit; zinc has none."""
    mol = unbonded(structure)
    rdDetermineBonds.DetermineConnectivity(mol, useVdw=False)
    pairs = ((b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds())
    return _without_zinc(structure, ((min(p), max(p)) for p in pairs))


def unbonded(structure: Structure) -> Mol:
    """Atoms in space as RDKit's molecule without bonds."""
    lines = structure.xyz().splitlines()
    mol = Chem.MolFromXYZBlock("\n".join([lines[0], "", *lines[2:], ""]))
    if mol is None:
        raise ValueError("RDKit does not read this geometry")
    return mol


def _without_zinc(structure: Structure, pairs: Iterable[tuple[int, int]]) -> Pairs:
    return frozenset(p for p in pairs if not any(structure.symbols[k] == "Zn" for k in p))


def skeletons(structure: Structure, pairs: Pairs) -> tuple[str, ...]:
    """Every fragment (but zinc) as a SMILES of single bonds, without charge or stereochemistry, sorted."""
    return _written(structure.symbols, pairs)


def skeleton_of(smiles: str) -> tuple[str, ...]:
    """The same of a SMILES."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    pairs = (sorted((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in mol.GetBonds())
    return _written([a.GetSymbol() for a in mol.GetAtoms()], frozenset((i, j) for i, j in pairs))


def _written(symbols: Iterable[str], pairs: Pairs) -> tuple[str, ...]:
    mol = Chem.RWMol()
    for symbol in symbols:
        atom = Chem.Atom(symbol)
        atom.SetNoImplicit(True)
        mol.AddAtom(atom)
    for i, j in pairs:
        mol.AddBond(i, j, Chem.BondType.SINGLE)
    parts: list[str] = Chem.MolToSmiles(mol).split(".")
    return tuple(sorted(p for p in parts if p not in {"[Zn]", "Zn"}))


def disagreement(structure: Structure, smiles: str, waters: int = 0) -> str | None:
    """Say what a geometry is if it is not the molecule asked about, with a number of waters beside it.

    ``None`` unless both ways to read it say that it is something else.
    """
    expected = tuple(sorted((*skeleton_of(smiles), *(skeleton_of("O") * waters))))
    found = [skeletons(structure, pairs) for pairs in (by_neighbours(structure), by_dots(structure))]
    if expected in found:
        return None
    return f"the atoms are {' + '.join(found[0])}, not {' + '.join(expected)}"


def stereo_disagreement(structure: Structure, smiles: str) -> str | None:
    """Say which stereochemistry a molecule has if it is not the one asked about, where RDKit can tell.

    Bond orders, and the stereochemistry with them, are read from the geometry alone. What the SMILES leaves
    open may come out in any way.
    """
    mol = unbonded(structure)
    asked = Chem.MolFromSmiles(smiles)
    try:
        rdDetermineBonds.DetermineBonds(
            mol, charge=structure.charge, useVdw=False, covFactor=1.3, allowChargedFragments=True
        )
        found = Chem.RemoveHs(mol)
        Chem.AssignStereochemistryFrom3D(found)
    except (ValueError, RuntimeError, Chem.MolSanitizeException):
        return None  # it cannot tell, which says nothing about the molecule
    plain = Chem.MolFromSmiles(Chem.MolToSmiles(asked, isomericSmiles=False))
    if plain is None or not found.HasSubstructMatch(plain):
        return None  # another way to draw the electrons
    if found.HasSubstructMatch(asked, useChirality=True):
        return None
    return f"the stereochemistry is that of {Chem.MolToSmiles(found)}, not of {smiles}"


def is_the_molecule(structure: Structure, smiles: str) -> bool:
    """Whether neither bonds nor stereochemistry are another molecule's."""
    return disagreement(structure, smiles) is None and stereo_disagreement(structure, smiles) is None


def zinc_valences(structure: Structure) -> dict[int, float]:
    """Atom -> valence of its bond to zinc, after Brese & O'Keeffe, 10.1107/S0108768190011041."""
    zinc = structure.symbols.index("Zn")
    apart = np.linalg.norm(structure.positions - structure.positions[zinc], axis=1)
    return {
        k: float(np.exp((LENGTHS[s] - apart[k]) / 0.37))
        for k, s in enumerate(structure.symbols)
        if s in LENGTHS
    }


LENGTHS = {
    "F": 1.62,
    "O": 1.704,
    "N": 1.77,
    "Cl": 2.01,
    "S": 2.09,
    "P": 2.15,
    "Br": 2.15,
}
"""Length of a bond of valence 1 to Zn2+, in angstrom."""
