"""Starting geometries of zinc complexes by another way than the oracles': at random, from another seed."""

from __future__ import annotations

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers

from benchmarks.judge.embedding import embedded, positions
from benchmarks.oracle_rows.structure import FloatArray, Structure

SEED = 20_261_127
CONFORMERS = 4
TRIES = 400
REACH = {"N": 2.1, "O": 2.05, "S": 2.4, "P": 2.4}
"""Where zinc is put, in angstrom from a donor."""
WATER = 2.1
"""Zinc to oxygen, in angstrom."""


def starts(smiles: str, waters: int, n: int) -> list[Structure]:
    """``n`` geometries in the order ligand, zinc, waters; every heteroatom that could bind has its turn.

    Raises
    ------
    ValueError
        If the ligand cannot be embedded, or has no atom to bind with.
    """
    ligands, donors = _conformers(smiles)
    rng = np.random.default_rng(SEED)
    return [_placed(ligands[k % len(ligands)], donors[k % len(donors)], waters, rng) for k in range(n)]


def _conformers(smiles: str) -> tuple[list[Structure], list[int]]:
    mol = embedded(smiles, CONFORMERS, SEED)
    if not mol.GetNumConformers():
        raise ValueError(f"RDKit does not embed {smiles}")
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
        rdForceFieldHelpers.MMFFOptimizeMoleculeConfs(mol)
    symbols = tuple(a.GetSymbol() for a in mol.GetAtoms())
    charge = Chem.GetFormalCharge(mol)
    donors = [a.GetIdx() for a in mol.GetAtoms() if a.GetSymbol() in REACH and a.GetFormalCharge() <= 0]
    if not donors:
        raise ValueError(f"{smiles} has no atom to bind with")
    return [Structure(symbols, x, charge) for x in positions(mol)], donors


def _placed(ligand: Structure, donor: int, waters: int, rng: np.random.Generator) -> Structure:
    """Zinc where there is room in front of a donor, then each water where there is room around zinc."""
    here, others = ligand.positions[donor], np.delete(ligand.positions, donor, axis=0)
    zinc = _roomiest(here, REACH[ligand.symbols[donor]], others, rng)
    taken, symbols = np.vstack([ligand.positions, zinc]), [*ligand.symbols, "Zn"]
    crowd = ligand.positions
    for _ in range(waters):
        oxygen = _roomiest(zinc, WATER, crowd, rng)
        taken = np.vstack([taken, oxygen, _hydrogens(zinc, oxygen, rng)])
        crowd = np.vstack([crowd, oxygen])
        symbols += ["O", "H", "H"]
    return Structure(tuple(symbols), taken, ligand.charge + 2)


def _roomiest(centre: FloatArray, distance: float, crowd: FloatArray, rng: np.random.Generator) -> FloatArray:
    """One of the ten places on a sphere that are farthest from all else, at random."""
    directions = rng.normal(size=(TRIES, 3))
    places = centre + distance * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    if not len(crowd):
        return np.asarray(places[0])
    room = np.linalg.norm(places[:, None] - crowd[None], axis=-1).min(axis=1)
    return np.asarray(places[rng.choice(np.argsort(room)[-10:])])


def _hydrogens(zinc: FloatArray, oxygen: FloatArray, rng: np.random.Generator) -> FloatArray:
    out = (oxygen - zinc) / np.linalg.norm(oxygen - zinc)
    side = np.cross(out, rng.normal(size=3))
    side /= np.linalg.norm(side)
    return np.asarray(oxygen + 0.96 * np.stack([0.61 * out + 0.79 * side, 0.61 * out - 0.79 * side]))
