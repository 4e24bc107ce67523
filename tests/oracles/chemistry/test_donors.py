"""Donor atoms of molecules a chemist knows."""

from __future__ import annotations

import pytest
from rdkit import Chem

from oracles.chemistry.donors import classes, every, find


def donors(smiles: str) -> list[str]:
    return sorted(d.kind for d in find(Chem.AddHs(Chem.MolFromSmiles(smiles))))


@pytest.mark.parametrize(
    ("smiles", "kinds"),
    [
        ("O", ["ether or hydroxyl O"]),
        ("N", ["amine N"]),
        ("NC(N)=O", ["carbonyl O"]),
        ("NC(N)=S", ["thiocarbonyl S"]),
        ("CS(C)=O", ["sulfoxide or sulfonyl O"]),
        ("CC#N", ["nitrile N"]),
        ("CC(N)=O", ["carbonyl O"]),
        ("CC(=O)OC", ["carbonyl O"]),
        ("CS(N)(=O)=O", ["sulfoxide or sulfonyl O"]),
        ("C[N+](=O)[O-]", ["nitro or nitroso O"]),
        ("COP(=O)(OC)OC", ["phosphoryl O"]),
        ("NC(=O)c1cccnc1", ["aromatic N", "carbonyl O"]),
        ("c1nc[nH]n1", ["aromatic N", "aromatic N"]),
        ("C[N+](C)(C)CC(=O)[O-]", ["anionic O"]),
        ("C[N+](C)(C)CC(=S)[S-]", ["anionic S"]),
        ("C[N+](C)(C)CC(=S)[O-]", ["anionic O", "thiocarbonyl S"]),
        ("C[N+](C)(C)CCS(=O)(=O)[O-]", ["anionic O"]),
        ("C[N+](C)([O-])CC=O", ["anionic O", "carbonyl O"]),
        ("CSC", ["thioether or thiol S"]),
        ("CC=NO", ["ether or hydroxyl O", "imine N"]),
        ("NC(=N)N", ["imine N"]),
        ("CP(C)C", ["phosphine P"]),
        ("CN=O", ["nitro or nitroso O", "nitroso N"]),
        ("CS(C)(=N)=O", ["imide N", "sulfoxide or sulfonyl O"]),
        ("CN=P(C)(C)C", ["imide N"]),
        ("N#P", ["nitrile N"]),
        ("OS(O)(=O)=S", ["sulfoxide or sulfonyl O", "thiocarbonyl S"]),
        ("CN(C)N=O", ["nitro or nitroso O"]),
        ("CON=O", ["nitro or nitroso O"]),
    ],
)
def test_donors_of_known_molecules(smiles: str, kinds: list[str]) -> None:
    assert donors(smiles) == kinds


@pytest.mark.parametrize("smiles", ["CCCC", "ClC(Cl)Cl", "c1ccccc1", "c1cc[nH]c1", "C[N+](C)(C)C"])
def test_molecules_without_a_lone_pair_to_give(smiles: str) -> None:
    assert donors(smiles) == []


def test_atoms_that_symmetry_makes_equal_count_once() -> None:
    assert len(find(Chem.AddHs(Chem.MolFromSmiles("OCCO")))) == 1
    assert len(find(Chem.AddHs(Chem.MolFromSmiles("OCC(O)CO")))) == 2


@pytest.mark.parametrize(
    "smiles",
    ["C[N+](C)(C)CC(=O)[O-]", "C[N+](C)(C)CC([O-])=O", "C[N+](C)(C)CCS(=O)(=O)[O-]", "C[N+](=O)[O-]"],
)
def test_oxygens_that_share_a_charge_are_one_whichever_is_drawn_with_it(smiles: str) -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    drawn = Chem.Mol(mol)
    oxygens = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetSymbol() == "O"]
    assert len({classes(mol)[k] for k in oxygens}) == 1
    assert len({donor.kind for donor in every(mol)}) == 1
    assert Chem.MolToSmiles(mol) == Chem.MolToSmiles(drawn), "the molecule itself stays as it is"
