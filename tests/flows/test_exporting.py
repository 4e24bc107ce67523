"""Exports that other programs read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ase import Atoms
from ase.db import connect
from ase.io import read
from rdkit import Chem
from rdkit.Chem import rdMolTransforms

from flows.evaluating import PlainRounds
from flows.exporting import write_export
from flows.opening import Opened, begin_or_resume, commit
from flows.store import StoreError
from tests.conftest import conducting


def test_failures_are_exported_as_failures_never_as_numbers(finished: Opened, tmp_path: Path) -> None:
    paths = write_export(finished, tmp_path / "out")
    assert [p.name for p in paths] == ["molecules.csv", "answers.csv", "molecules.sdf", "properties.csv"]
    answers = pd.read_csv(paths[1])
    failed = answers[answers["failure"].notna()]
    assert len(failed) == len(finished.ledger.state().failures)
    assert failed["value"].isna().all()
    assert set(failed["failure"]) == {"convergence"}
    measured = answers[answers["failure"].isna()]
    assert measured[["property", "value", "unit", "uncertainty", "protocol_digest"]].notna().all(axis=None)
    assert (answers["cpu_seconds"] > 0).all()


def test_structures_carry_their_values(finished: Opened, tmp_path: Path) -> None:
    sdf = write_export(finished, tmp_path)[2]
    table = pd.read_csv(tmp_path / "molecules.csv")
    for mol, (_, row) in zip(Chem.SDMolSupplier(str(sdf)), table.iterrows(), strict=True):
        assert Chem.MolToSmiles(mol) == row["smiles"]
        if pd.isna(row["tpsa"]):
            assert not mol.HasProp("tpsa")
        else:
            assert mol.GetDoubleProp("tpsa") == pytest.approx(row["tpsa"])
            assert mol.HasProp("tpsa uncertainty")


def test_every_column_of_the_molecules_has_its_unit_and_protocol(finished: Opened, tmp_path: Path) -> None:
    write_export(finished, tmp_path)
    told = pd.read_csv(tmp_path / "properties.csv").set_index("property")
    assert told.loc["tpsa", "unit"] == "angstrom^2"
    assert told.loc["sa", "uncertainty"] == 0.0
    protocols = {digest for digest, _ in finished.ledger.state().protocols.items()}
    assert set(told["digest"]) == protocols


def test_no_cell_is_a_formula(finished: Opened, tmp_path: Path) -> None:
    for path in write_export(finished, tmp_path)[:2]:
        frame = pd.read_csv(path)
        for column in frame.select_dtypes("object"):
            assert not frame[column].dropna().str.startswith(("=", "+", "@")).any()


def test_a_directory_that_cannot_be_made_is_named(finished: Opened, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be created"):
        write_export(finished, tmp_path / "file" / "out")


GFN2 = """
name = "gfn2"
seed = 1
[[objectives]]
property = "homo_gfn2"
unit = "eV"
direction = "minimize"
reference = -5.0
[budget]
evaluations = 2
[proposal]
batch = 2
pool = 50
[[generators]]
kind = "library"
source = "two.smi"
initial = 2
[surrogate]
kind = "minmax_gp"
[acquisition]
kind = "scalarised_ucb"
[[oracles]]
kind = "xtb_orbitals"
"""


def test_structures_are_the_geometries_that_were_measured_at(tmp_path: Path) -> None:
    (tmp_path / "two.smi").write_text("CC(O)C(N)=O lactamide\nCCO ethanol\n")
    (tmp_path / "gfn2.toml").write_text(GFN2)
    opened = begin_or_resume(tmp_path / "gfn2.toml", None)
    with opened.store.locked():
        commit(opened)
        run = conducting(opened)
        run.conduct(lambda: PlainRounds(run.evaluator))
    details = {a.request.molecule.smiles: a.outcome.details for a in opened.ledger.state().answers.values()}
    _, _, sdf, _, db, xyz, bonded, ways = write_export(opened, tmp_path / "out")
    assert write_export(opened, tmp_path / "out")[-1] == ways, "older ones are replaced"
    opened.ledger.close()
    database = connect(db)  # type: ignore[no-untyped-call]
    kept = list(database.select(role="geometry", oracle="xtb_orbitals"))
    assert {row.smiles for row in kept} == set(details)
    assert all(row.data["values"]["homo_gfn2"]["unit"] == "eV" for row in kept)
    assert [len(atoms) for atoms in read(xyz, ":")] == [row.natoms for row in kept]
    assert [atoms.info["smiles"] for atoms in read(xyz, ":")] == [row.smiles for row in kept]
    frames = read(ways, ":")
    assert {a.info["smiles"] for a in frames} == set(details)
    ends = {a.info["smiles"]: a for a in frames if isinstance(a, Atoms)}
    for row in kept:
        assert np.allclose(ends[row.smiles].positions, row.positions, atol=1e-3)
        last = ends[row.smiles].get_potential_energy()  # type: ignore[no-untyped-call]
        assert last == pytest.approx(row.energy, abs=1e-4)
    assert [m.GetProp("role") for m in Chem.SDMolSupplier(str(bonded))] == ["geometry"] * 2
    found = list(Chem.SDMolSupplier(str(sdf), removeHs=False))
    assert len(found) == 2
    for mol in found:
        assert mol.GetProp("geometry of") == "xtb_orbitals"
        assert mol.GetConformer().Is3D()
        for bond in mol.GetBonds():
            length = rdMolTransforms.GetBondLength(
                mol.GetConformer(), bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            )
            assert 0.9 < length < 1.6
        # The isomer is that of the coordinates, whichever one was calculated.
        Chem.AssignStereochemistryFrom3D(mol)
        isomer = Chem.MolToSmiles(Chem.RemoveHs(mol))
        assert isomer == details[Chem.MolToSmiles(Chem.RemoveHs(mol), isomericSmiles=False)]["isomer"]
