"""Starting geometries of the judge's own: without RDKit's rules for torsions where they allow none."""

from __future__ import annotations

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom
from rdkit.Chem.rdchem import Mol

from benchmarks.oracle_rows.structure import FloatArray


def embedded(smiles: str, n: int, seed: int) -> Mol:
    """The molecule with explicit hydrogens and up to ``n`` conformers; none where RDKit finds none."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    for rules in (True, False):  # HNSO has no embedding with them
        if rdDistGeom.EmbedMultipleConfs(
            mol,
            n,
            randomSeed=seed,
            useRandomCoords=True,
            useExpTorsionAnglePrefs=rules,
            useBasicKnowledge=rules,
        ):
            break
    return mol


def positions(mol: Mol) -> list[FloatArray]:
    """Of every conformer, shape ``(n, 3)``, in angstrom."""
    return [np.asarray(conformer.GetPositions()) for conformer in mol.GetConformers()]
