"""Chelate sites of molecules a chemist knows, and ligands in their shape."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from loop.molecule import parse
from oracles.chemistry import chelate
from oracles.chemistry.bites import shapes
from oracles.chemistry.conformers import embed
from oracles.chemistry.connectivity import bonds_in_space, bonds_of
from oracles.chemistry.ions import IONS
from oracles.chemistry.shell import flaw, shell_of
from oracles.chemistry.sites import sites

ZINC = IONS["Zn2+"]


def found(smiles: str) -> list[str]:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    return sorted("".join(d.element for d in site) for site in sites(mol))


@pytest.mark.parametrize(
    ("smiles", "pairs"),
    [
        ("NCCN", ["NN"]),
        ("OCCO", ["OO"]),
        ("NCC(=O)O", ["NO"]),
        ("[NH3+]CC(=O)[O-]", ["OO"]),
        ("NC(=O)C(N)=O", ["OO"]),
        ("CC(=O)CC(C)=O", ["OO"]),
        ("c1cnc2c(c1)ccc1cccnc12", ["NN"]),
        ("NC(N)=O", []),
        ("CS(C)=O", []),
        ("NCCCCN", []),
        ("CS(C)(=O)=O", []),
        ("C[N+](=O)[O-]", ["OO"]),
        # The middle donor of a triple is between the others.
        ("NCCNCCN", ["NN", "NNN"]),
        ("COCCOCCOC", ["OO", "OOO"]),
        ("OCC(O)CO", ["OO", "OO"]),
    ],
)
def test_sites_of_known_molecules(smiles: str, pairs: list[str]) -> None:
    assert found(smiles) == pairs


@pytest.mark.parametrize("smiles", ["NCCN", "OCCO", "NCC(=O)O", "c1cnc2c(c1)ccc1cccnc12", "NCCNCCN"])
def test_a_shape_holds_the_ion_with_every_donor_and_is_still_the_molecule(smiles: str) -> None:
    mol = embed(parse(smiles), at_most=1).mol
    for site in sites(mol):
        ligand, at = shapes(mol, site, ZINC)[0]
        assert bonds_in_space(ligand) == bonds_of(mol)
        apart = np.linalg.norm(ligand.positions - at, axis=1)
        assert set(np.argsort(apart)[: len(site)].tolist()) == {d.atom for d in site}
        assert np.sort(apart)[len(site) - 1] < 2.35 <= np.sort(apart)[len(site)]


def test_where_no_force_field_orders_the_shapes_none_is_taken_for_another() -> None:
    mol = embed(parse("NCCB(O)O"), at_most=1).mol
    (site,) = sites(mol)
    assert len(shapes(mol, site, ZINC)) > 1


def test_donors_that_point_away_from_each_other_hold_no_ion() -> None:
    mol = embed(parse("C1CN2CCN1CC2"), at_most=1).mol
    (site,) = sites(mol)
    assert shapes(mol, site, ZINC) == []


@pytest.mark.parametrize(("ion", "smiles"), [("Zn2+", "NCCN"), ("Zn2+", "NCCNCCN"), ("Li+", "OCCO")])
def test_starts_of_chelates_are_intact_and_distinct(ion: str, smiles: str) -> None:
    isomer = embed(parse(smiles), at_most=1)
    site = max(sites(isomer.mol), key=len)
    starts = chelate.starts(isomer.mol, site, IONS[ion], 3)
    assert len({start.positions.tobytes() for start in starts}) == 3
    for start in starts:
        assert flaw(isomer.mol, isomer.smiles, start, IONS[ion]) is None
        shell = shell_of(start, isomer.mol, IONS[ion])
        assert len(shell.ligand) == len(site)
        assert shell.coordination == IONS[ion].waters


def test_a_tetrahedron_has_no_room_for_four_donors() -> None:
    mol = embed(parse("COCCOCCOC"), at_most=1).mol
    site = max(sites(mol), key=len)
    assert chelate.starts(mol, (*site, site[0]), IONS["Li+"], 3) == []
