"""Functional groups are counted, and the shortcut around matching changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit.Chem import MolFromSmarts

from loop.molecule import parse
from surrogates.gp.descriptors import GROUPS, NAMES, raw, standardised
from tests.surrogates.boiling import compounds

CHEMISTS_CHOICE = (
    ("OCC(O)CO", "alcohol", 3),
    ("Oc1ccccc1", "hydroxyl on an unsaturated carbon", 1),
    ("COCCOC", "ether", 2),
    ("OC(=O)CC(=O)[O-]", "carboxyl", 2),
    ("CCOC(C)=O", "ester", 1),
    ("CC(N)=O", "amide", 1),
    ("NC(N)=O", "urea or carbamate", 1),
    ("CC(C)=O", "ketone", 1),
    ("N#CCCC#N", "nitrile", 2),
    ("NCCN", "primary amine", 2),
    ("NC(N)=N", "amidine or guanidine", 2),
    ("c1ncc[nH]1", "bare aromatic nitrogen", 1),
    ("c1ncc[nH]1", "substituted aromatic nitrogen", 1),
    ("C[N+](C)(C)CC(=O)[O-]", "cationic nitrogen", 1),
    ("CS(C)=O", "sulfoxide", 1),
    ("CS(C)(=O)=O", "sulfonyl", 1),
    ("O=S(=O)(O)CCN", "sulfonate or sulfate", 1),
    ("NC(N)=S", "thiocarbonyl", 1),
    ("SCCS", "thiol", 2),
    ("CCOP(=O)(OCC)OCC", "oxygen on phosphoryl", 3),
    ("C[Si](C)(C)O", "silicon or boron", 1),
    ("FC(F)(F)CO", "fluorine", 3),
    ("C[N+](=O)[O-]", "nitro", 1),
)


@pytest.mark.parametrize(("smiles", "group", "count"), CHEMISTS_CHOICE)
def test_groups_are_counted_as_a_chemist_would(smiles: str, group: str, count: int) -> None:
    molecule = parse(smiles)
    assert raw(molecule, molecule.rdkit())[NAMES.index(group)] == count


def test_sparing_matches_misses_none() -> None:
    patterns = [MolFromSmarts(smarts) for smarts, _ in GROUPS.values()]
    special = [parse(smiles) for smiles, _, _ in CHEMISTS_CHOICE]
    for molecule in (*special, *compounds()[0][:600]):
        mol = molecule.rdkit()
        wanted = [len(mol.GetSubstructMatches(pattern)) for pattern in patterns]
        assert raw(molecule, mol)[-len(GROUPS) :] == wanted, molecule.smiles


def test_missing_numbers_become_the_mean() -> None:
    assert standardised(np.full(len(NAMES), np.nan)).tolist() == [0.0] * len(NAMES)
