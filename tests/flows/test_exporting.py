"""Exports that other programs read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from rdkit import Chem

from flows.exporting import write_export
from flows.opening import Opened
from flows.store import StoreError


def test_failures_are_exported_as_failures_never_as_numbers(finished: Opened, tmp_path: Path) -> None:
    paths = write_export(finished, tmp_path / "out")
    assert [p.name for p in paths] == ["molecules.csv", "answers.csv", "molecules.sdf"]
    answers = pd.read_csv(paths[1])
    failed = answers[answers["failure"].notna()]
    assert len(failed) == len(finished.ledger.state().failures)
    assert failed["value"].isna().all()
    assert set(failed["failure"]) == {"convergence"}
    measured = answers[answers["failure"].isna()]
    assert measured[["property", "value", "unit", "uncertainty", "protocol_digest"]].notna().all(axis=None)
    assert (answers["cpu_seconds"] > 0).all()


def test_structures_carry_their_values(finished: Opened, tmp_path: Path) -> None:
    _, _, sdf = write_export(finished, tmp_path)
    table = pd.read_csv(tmp_path / "molecules.csv")
    for mol, (_, row) in zip(Chem.SDMolSupplier(str(sdf)), table.iterrows(), strict=True):
        assert Chem.MolToSmiles(mol) == row["smiles"]
        if pd.isna(row["tpsa"]):
            assert not mol.HasProp("tpsa")
        else:
            assert mol.GetDoubleProp("tpsa") == pytest.approx(row["tpsa"])
            assert mol.HasProp("tpsa uncertainty")


def test_no_cell_is_a_formula(finished: Opened, tmp_path: Path) -> None:
    for path in write_export(finished, tmp_path)[:2]:
        frame = pd.read_csv(path)
        for column in frame.select_dtypes("object"):
            assert not frame[column].dropna().str.startswith(("=", "+", "@")).any()


def test_a_directory_that_cannot_be_made_is_named(finished: Opened, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be created"):
        write_export(finished, tmp_path / "file" / "out")
