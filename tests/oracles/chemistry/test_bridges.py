"""Waters of the shell that hold on to the molecule."""

from __future__ import annotations

import numpy as np
import pytest

from loop.molecule import parse
from oracles.chemistry import bridges
from oracles.chemistry.bites import TOLERANCE
from oracles.chemistry.bridges import TOUCHING
from oracles.chemistry.conformers import embed
from oracles.chemistry.donors import find
from oracles.chemistry.ions import IONS
from oracles.chemistry.shell import flaw, shell_of
from oracles.chemistry.sites import sites

ZINC = IONS["Zn2+"]


def touched(smiles: str) -> list[tuple[int, str, int]]:
    """Donor, element of the atom touched, and bonds between, of each bridge to one donor."""
    mol = embed(parse(smiles), at_most=1).mol
    return [
        (donor.atom, mol.GetAtomWithIdx(bridge.atom).GetSymbol(), bridge.span)
        for donor in find(mol)
        for bridge in bridges.bridges(mol, (donor,))
    ]


def test_bridges_are_other_donors_and_hydrogens_to_give_the_nearest_first() -> None:
    assert touched("COCCOC") == [(1, "O", 3)]
    assert touched("CC(C)O") == [], "its own hydrogen is no bridge"
    assert touched("NCCCO") == [(0, "O", 4), (0, "H", 4), (4, "N", 4), (4, "H", 4)]
    assert [span for _, _, span in touched("OCC(O)CCCCO")[:4]] == [6, 6, 7, 7]


@pytest.mark.parametrize("smiles", ["COCCOC", "OCCCN", "C1COCO1", "O=C(O)C(=O)O"])
def test_starts_bind_with_one_donor_and_touch_what_they_shall(smiles: str) -> None:
    isomer = embed(parse(smiles), at_most=1)
    mol, size, built = isomer.mol, isomer.mol.GetNumAtoms(), 0
    for donor in find(mol):
        for bridge in bridges.bridges(mol, (donor,)):
            for start in bridges.starts(mol, bridge, ZINC, 1):
                built += 1
                assert flaw(mol, isomer.smiles, start, ZINC) is None
                assert shell_of(start, mol, ZINC).ligand == (donor.atom,)
                gives = start.symbols[bridge.atom] == "H"
                water = [size + 1] if gives else [size + 2, size + 3]
                apart = np.linalg.norm(start.positions[water] - start.positions[bridge.atom], axis=1)
                assert apart.min() < TOUCHING[1] + 3 * TOLERANCE
    assert built


def test_a_chelate_has_bridges_where_the_shell_has_corners_left() -> None:
    mol = embed(parse("OCC(O)CO"), at_most=1).mol
    (site, *_) = sites(mol)
    (bridge, *_) = bridges.bridges(mol, site)
    (start,) = bridges.starts(mol, bridge, ZINC, 1)
    assert set(shell_of(start, mol, ZINC).ligand) == {d.atom for d in site}
    assert len(shell_of(start, mol, ZINC).waters) == 4
    assert bridges.starts(mol, bridge, IONS["Li+"], 1) == [] or len(site) == 2
