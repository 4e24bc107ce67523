"""Starting geometries with one donor, and the checks on what becomes of them."""

from __future__ import annotations

import numpy as np
import pytest

from loop.molecule import parse
from oracles.chemistry import chelate, monodentate
from oracles.chemistry.conformers import Isomer, embed
from oracles.chemistry.donors import find
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ions import IONS
from oracles.chemistry.shell import flaw, shell_of
from oracles.chemistry.sites import sites

ZINC = IONS["Zn2+"]


def built(smiles: str, n: int = 5, ion: str = "Zn2+") -> tuple[Isomer, list[Geometry]]:
    isomer = embed(parse(smiles), at_most=1)
    return isomer, monodentate.starts(isomer.starts[0], find(isomer.mol)[0], IONS[ion], n)


@pytest.mark.parametrize("smiles", ["O", "NC(N)=O", "CS(C)=O", "COP(=O)(OC)OC", "NC(N)=S", "CN(C)C"])
def test_starts_are_octahedral_intact_and_distinct(smiles: str) -> None:
    isomer, starts = built(smiles)
    assert len(starts) == 5
    for start in starts:
        assert start.charge == 2
        assert flaw(isomer.mol, isomer.smiles, start, ZINC) is None
        shell = shell_of(start, isomer.mol, ZINC)
        assert (len(shell.ligand), len(shell.waters)) == (1, 5)
        assert _trans_pairs(start, isomer.mol.GetNumAtoms()) == 2
    assert len({start.positions.tobytes() for start in starts}) == 5


@pytest.mark.parametrize("ion", ["Li+", "Na+", "Mg2+"])
def test_starts_of_other_ions_are_intact(ion: str) -> None:
    isomer, starts = built("NC(N)=O", ion=ion)
    for start in starts:
        assert start.charge == IONS[ion].charge
        assert flaw(isomer.mol, isomer.smiles, start, IONS[ion]) is None
        assert shell_of(start, isomer.mol, IONS[ion]).coordination == IONS[ion].waters


def _trans_pairs(geometry: Geometry, zinc: int) -> int:
    arms = geometry.positions[zinc + 1 :: 3] - geometry.positions[zinc]
    arms /= np.linalg.norm(arms, axis=1)[:, None]
    return int((np.triu(arms @ arms.T, k=1) < -0.95).sum())


def _moved(geometry: Geometry, atoms: slice | int, by: FloatArray) -> Geometry:
    positions = geometry.positions.copy()
    positions[atoms] += by
    return geometry.moved(positions)


def _water_moved(isomer: Isomer, start: Geometry, water: int, distance: float) -> Geometry:
    """The complex with the oxygen of one water at another distance from the ion, in angstrom."""
    n = isomer.mol.GetNumAtoms()
    first = n + 1 + 3 * water
    arm = start.positions[first] - start.positions[n]
    return _moved(start, slice(first, first + 3), (distance / np.linalg.norm(arm) - 1.0) * arm)


def _flaw(isomer: Isomer, geometry: Geometry, ion: str = "Zn2+") -> str:
    found = flaw(isomer.mol, isomer.smiles, geometry, IONS[ion])
    assert found is not None
    return found


def test_a_ligand_that_left_is_noticed() -> None:
    isomer, (start, *_) = built("NC(N)=O")
    n = isomer.mol.GetNumAtoms()
    away = 3.0 * (start.positions[find(isomer.mol)[0].atom] - start.positions[n])
    assert "left the first shell" in _flaw(isomer, _moved(start, slice(0, n), away))


def test_one_water_may_leave_zinc_but_not_two() -> None:
    isomer, (start, *_) = built("NC(N)=O")
    one = _water_moved(isomer, start, 0, 4.0)
    assert flaw(isomer.mol, isomer.smiles, one, ZINC) is None
    assert "4 neighbours, not 5 to 6" in _flaw(isomer, _water_moved(isomer, one, 1, 4.0))


def test_no_water_may_leave_lithium() -> None:
    isomer, (start, *_) = built("NC(N)=O", ion="Li+")
    assert "Li has 3 neighbours, not 4" in _flaw(isomer, _water_moved(isomer, start, 0, 4.0), "Li+")


@pytest.mark.parametrize(("length", "ion"), [(1.7, "Zn2+"), (2.4, "Zn2+"), (2.4, "Li+"), (2.9, "Na+")])
def test_a_distance_that_is_not_of_this_ion_is_noticed(length: float, ion: str) -> None:
    isomer, (start, *_) = built("NC(N)=O", ion=ion)
    odd = _water_moved(isomer, start, 0, length)
    assert f"{IONS[ion].symbol}-O distance is {length:.1f}" in _flaw(isomer, odd, ion)


def test_a_weak_donor_may_stay_farther_away_and_a_water_may_not() -> None:
    isomer, (start, *_) = built("NC(N)=O")
    n, oxygen = isomer.mol.GetNumAtoms(), find(isomer.mol)[0].atom
    arm = start.positions[oxygen] - start.positions[n]
    far = _moved(start, slice(0, n), (2.45 / np.linalg.norm(arm) - 1.0) * arm)
    assert "Zn-O distance is 2.45 A, outside 1.9 to 2.3 A" in _flaw(isomer, far)
    assert flaw(isomer.mol, isomer.smiles, far, ZINC, weak=True) is None
    beside = _water_moved(isomer, far, 0, 2.45)
    assert "Zn-O distance is 2.45 A" in str(flaw(isomer.mol, isomer.smiles, beside, ZINC, weak=True))


def test_a_short_distance_to_nitrogen_is_noticed() -> None:
    isomer, (start, *_) = built("CN(C)C")
    n, nitrogen = isomer.mol.GetNumAtoms(), find(isomer.mol)[0].atom
    arm = start.positions[n] - start.positions[nitrogen]
    nearer = (1.0 - 1.8 / np.linalg.norm(arm)) * arm
    assert "Zn-N distance is 1.80" in _flaw(isomer, _moved(start, slice(0, n), nearer))


def test_a_proton_passed_from_water_to_ligand_is_noticed() -> None:
    isomer, (start, *_) = built("N")
    n = isomer.mol.GetNumAtoms()
    jump = start.positions[0] + np.array([0.0, 0.0, 0.9]) - start.positions[n + 2]
    changed = _flaw(isomer, _moved(start, n + 2, jump))
    assert f"broken O{n + 2}-H{n + 3}" in changed
    assert f"formed N1-H{n + 3}" in changed


def test_a_stretched_bond_of_the_ligand_is_noticed() -> None:
    isomer, (start, *_) = built("NC(N)=O")
    longer = 0.4 * (start.positions[0] - start.positions[1])
    nitrogen_and_hydrogens = [0, *(a.GetIdx() for a in isomer.mol.GetAtomWithIdx(0).GetNeighbors())]
    positions = start.positions.copy()
    positions[[k for k in nitrogen_and_hydrogens if k != 1]] += longer
    assert "broken N1-C2" in _flaw(isomer, start.moved(positions))


def test_a_ligand_atom_on_a_water_is_noticed() -> None:
    isomer, (start, *_) = built("NC(N)=O")
    n = isomer.mol.GetNumAtoms()
    onto = start.positions[0] + np.array([1.3, 0.0, 0.0]) - start.positions[n + 1]
    changed = _flaw(isomer, _moved(start, slice(n + 1, n + 4), onto))
    assert f"formed N1-O{n + 2}" in changed


def test_another_stereoisomer_is_noticed() -> None:
    isomer, (start, *_) = built("C[C@H](N)C(=O)O")
    assert "stereochemistry" in _flaw(isomer, start.moved(start.positions * [1, 1, -1]))


def test_a_chelate_that_released_one_water_is_noticed() -> None:
    """What becomes of a start with one donor whose other arm pushes a water into the second shell."""
    isomer = embed(parse("NCCN"), at_most=1)
    start = chelate.starts(isomer.mol, sites(isomer.mol)[0], ZINC, 1)[0]
    assert flaw(isomer.mol, isomer.smiles, start, ZINC) is None
    far = start.positions[-3:] + 2.0 * (start.positions[-3] - start.positions[isomer.mol.GetNumAtoms()])
    five = Geometry((*start.symbols, "O", "H", "H"), np.vstack([start.positions, far]), 2)
    assert "binds with 2 atom(s), but 1 water(s) were released" in _flaw(isomer, five)


def test_a_chelate_that_opened_is_noticed() -> None:
    isomer, (start, *_) = built("NCCN")
    n = isomer.mol.GetNumAtoms()
    kept = [k for k in range(len(start.symbols)) if k not in range(n + 1, n + 4)]
    four = Geometry(tuple(start.symbols[k] for k in kept), start.positions[kept], 2)
    assert "binds with 1 atom(s), but 2 water(s) were released" in _flaw(isomer, four)
