"""A small labelled table made of real descriptors."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from rdkit.Chem import Crippen, rdMolDescriptors

from generators.corpus.entries import corpus
from loop.molecule import parse

SIZE = 120

FILE = """
table = "table.csv"
maximize = { tpsa = 20.0 }
minimize = { refractivity = 60.0 }
evaluations = 24
initial = 8
seeds = 2
workers = 1

[[scenarios]]
name = "random"
acquisition = { kind = "random" }

[[scenarios]]
name = "UCB"
surrogate = { kind = "minmax_gp" }
acquisition = { kind = "scalarised_ucb" }
"""


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    molecules = [parse(entry.smiles) for entry in corpus()[300 : 300 + SIZE]]
    mols = [m.rdkit() for m in molecules]
    return pd.DataFrame(
        {
            "Smiles": [m.smiles for m in molecules],
            "tpsa / angstrom^2": [rdMolDescriptors.CalcTPSA(m) for m in mols],
            "refractivity": [Crippen.MolMR(m) for m in mols],  # type: ignore[attr-defined]
            "size": [m.heavy_atoms for m in molecules],
        }
    )


@pytest.fixture
def simulation(tmp_path: Path, table: pd.DataFrame) -> Path:
    table.to_csv(tmp_path / "table.csv", index=False)
    path = tmp_path / "sim.toml"
    path.write_text(FILE)
    return path
