"""Starting geometries of complexes, and the checks on what becomes of them."""

from __future__ import annotations

import numpy as np
import pytest

from loop.molecule import parse
from oracles.chemistry import complexes, octahedron, semiempirical
from oracles.chemistry.conformers import Isomer, embed
from oracles.chemistry.donors import find
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ligand import prepare
from oracles.chemistry.shell import flaw, shell_of


def built(smiles: str, n: int = 5) -> tuple[Isomer, list[Geometry]]:
    isomer = embed(parse(smiles), at_most=1)
    return isomer, octahedron.starts(isomer.starts[0], find(isomer.mol)[0], n)


@pytest.mark.parametrize("smiles", ["O", "NC(N)=O", "CS(C)=O", "COP(=O)(OC)OC", "NC(N)=S", "CN(C)C"])
def test_starts_are_octahedral_intact_and_distinct(smiles: str) -> None:
    isomer, starts = built(smiles)
    assert len(starts) == 5
    for start in starts:
        assert start.charge == 2
        assert flaw(isomer.mol, isomer.smiles, start) is None
        shell = shell_of(start, isomer.mol.GetNumAtoms())
        assert (len(shell.ligand), len(shell.waters)) == (1, 5)
        assert _trans_pairs(start, isomer.mol.GetNumAtoms()) == 2
    assert len({start.positions.tobytes() for start in starts}) == 5


def _trans_pairs(geometry: Geometry, zinc: int) -> int:
    arms = geometry.positions[zinc + 1 :: 3] - geometry.positions[zinc]
    arms /= np.linalg.norm(arms, axis=1)[:, None]
    return int((np.triu(arms @ arms.T, k=1) < -0.95).sum())


def _moved(geometry: Geometry, atoms: slice | int, by: FloatArray) -> Geometry:
    positions = geometry.positions.copy()
    positions[atoms] += by
    return geometry.moved(positions)


def _flaw(isomer: Isomer, geometry: Geometry) -> str:
    found = flaw(isomer.mol, isomer.smiles, geometry)
    assert found is not None
    return found


def test_a_ligand_that_left_is_noticed() -> None:
    isomer, (start, *_) = built("NC(N)=O")
    n = isomer.mol.GetNumAtoms()
    away = 3.0 * (start.positions[find(isomer.mol)[0].atom] - start.positions[n])
    assert "left the first shell" in _flaw(isomer, _moved(start, slice(0, n), away))


def test_waters_that_left_are_noticed() -> None:
    isomer, (start, *_) = built("NC(N)=O")
    n = isomer.mol.GetNumAtoms()
    for k in (n + 1, n + 4):
        start = _moved(start, slice(k, k + 3), 3.0 * (start.positions[k] - start.positions[n]))
    assert "4 neighbours" in _flaw(isomer, start)


def test_a_stretched_zinc_oxygen_distance_is_noticed() -> None:
    isomer, (start, *_) = built("NC(N)=O")
    n = isomer.mol.GetNumAtoms()
    longer = 0.2 * (start.positions[n + 1] - start.positions[n])
    assert "Zn-O distance is 2.4" in _flaw(isomer, _moved(start, slice(n + 1, n + 4), longer))


def test_a_proton_passed_from_water_to_ligand_is_noticed() -> None:
    isomer, (start, *_) = built("N")
    n = isomer.mol.GetNumAtoms()
    jump = start.positions[0] + np.array([0.0, 0.0, 0.9]) - start.positions[n + 2]
    assert "bonds changed" in _flaw(isomer, _moved(start, n + 2, jump))


def test_a_complex_of_ammonia_relaxes_intact_and_beats_the_aqua_ion() -> None:
    ligands = {s: prepare(parse(s), water=True) for s in ("N", "O")}
    found = {s: complexes.build(ligand) for s, ligand in ligands.items()}
    energy = {
        s: semiempirical.point(found[s].geometry, water=True).energy
        - semiempirical.point(ligands[s].conformers[0], water=True).energy
        for s in found
    }
    assert found["N"].donor.element == "N"
    assert found["N"].shell.coordination == 6
    # GFN2/ALPB alone puts the exchange near -0.3 eV; a lost hydrogen bond or water would show.
    assert energy["N"] - energy["O"] == pytest.approx(-0.32, abs=0.1)
