"""A geometry that is no longer the molecule asked about must be noticed."""

from __future__ import annotations

import numpy as np
import pytest

from loop.molecule import parse
from oracles.chemistry.conformers import Isomer, embed
from oracles.chemistry.connectivity import bonds_in_space, bonds_of, change, isomer_in_space
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ligand import prepare

MOLECULES = [
    "O",
    "CS(C)=O",
    "C1CC2CC1C2",
    "C1C2C1C2",
    "FB(F)F",
    "O=P(O)(O)O",
    "C[Si](C)(C)C",
    "CB(O)O",
    "C[N+](=O)[O-]",
    "BrCCCl",
    "C[C@H](N)C(=O)O",
    "C/C=C\\C",
    "c1nc[nH]n1",
    "CSSC",
]


def made(smiles: str) -> tuple[Isomer, Geometry]:
    isomer = embed(parse(smiles), at_most=2)
    return isomer, isomer.starts[0]


def test_two_hydrogens_are_a_molecule_stretched_or_not() -> None:
    lowest = prepare(parse("[H][H]"), water=True)
    assert bonds_in_space(lowest.conformers[0]) == {(0, 1)}
    apart = Geometry(("H", "H"), np.array([[0.0, 0.0, 0.0], [0.95, 0.0, 0.0]]), 0)
    assert bonds_in_space(apart) == frozenset()


@pytest.mark.parametrize("smiles", MOLECULES)
def test_an_embedded_molecule_is_recognised(smiles: str) -> None:
    isomer, geometry = made(smiles)
    assert bonds_in_space(geometry) == bonds_of(isomer.mol)
    assert change(isomer.mol, isomer.smiles, geometry) is None


def test_a_broken_bond_is_named() -> None:
    isomer, geometry = made("CO")
    positions = geometry.positions.copy()
    positions[1] += 2.0 * (positions[1] - positions[0])
    found = change(isomer.mol, isomer.smiles, geometry.moved(positions))
    assert found is not None
    assert "broken C1-O2" in found


def test_a_moved_proton_is_named() -> None:
    isomer, geometry = made("NCC(=O)O")
    oxygen = next(b for b in bonds_of(isomer.mol) if {geometry.symbols[k] for k in b} == {"O", "H"})
    hydrogen = oxygen[1]
    positions = geometry.positions.copy()
    positions[hydrogen] = positions[0] + np.array([0.0, 0.0, 1.0])
    found = change(isomer.mol, isomer.smiles, geometry.moved(positions))
    assert found is not None
    assert f"formed N1-H{hydrogen + 1}" in found


def test_a_mirror_image_of_a_stereocentre_is_another_molecule() -> None:
    isomer, geometry = made("C[C@H](N)C(=O)O")
    found = change(isomer.mol, isomer.smiles, geometry.moved(geometry.positions * [1, 1, -1]))
    assert found is not None
    assert "stereochemistry" in found


def test_a_mirror_image_without_stereocentre_is_the_same_molecule() -> None:
    isomer, geometry = made("OCCO")
    assert change(isomer.mol, isomer.smiles, geometry.moved(geometry.positions * [1, 1, -1])) is None


def test_an_open_stereocentre_is_set_once_and_kept_in_every_conformer() -> None:
    isomer = embed(parse("CC(O)CO"))
    assert "@" in isomer.smiles
    assert len(isomer.starts) > 1
    assert {isomer_in_space(isomer.mol, g.positions) for g in isomer.starts} == {isomer.smiles}


def test_embedding_is_reproducible() -> None:
    first, second = made("OCCO")[1], made("OCCO")[1]
    np.testing.assert_array_equal(first.positions, second.positions)


def test_xyz_holds_every_atom_and_the_charge() -> None:
    lines = made("[NH3+]CC(=O)[O-]")[1].xyz().splitlines()
    assert lines[0] == "10"
    assert lines[1] == "charge +0"
    assert len(lines) == 12
