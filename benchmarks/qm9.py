"""Molecules and properties of QM9 (Ramakrishnan et al., 10.1038/sdata.2014.22), read from CSV files.

Install the ``qm9pack`` package anywhere and give the path of its ``data`` directory; the project does not
depend on it. Orbital energies are turned from hartree to eV.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from loop.molecule import Molecule, MoleculeError, parse
from loop.objective import FloatArray

EV = 27.211386245988
"""Hartree in eV (CODATA 2018)."""

PROPERTIES = ("homo", "lumo", "dipole")
"""Columns of the values: eV, eV, debye."""


def read(data: Path, n: int, seed: int = 0) -> tuple[tuple[Molecule, ...], FloatArray]:
    """``n`` molecules drawn without repeats, and their values, shape ``(n, 3)``."""
    columns = ["SMILES", "HOMO_au", "LUMO_au", "Dipole_debye"]
    parts = sorted(data.glob("qm9_part*.csv"))
    if not parts:
        raise SystemExit(f"no qm9_part*.csv in {data}; give the data directory of the qm9pack package")
    table = pd.concat([pd.read_csv(part, usecols=columns) for part in parts])
    table = table.sample(frac=1.0, random_state=seed)[columns]
    found: dict[Molecule, tuple[float, float, float]] = {}
    for smiles, homo, lumo, dipole in table.itertuples(index=False):
        try:
            found.setdefault(parse(smiles), (homo * EV, lumo * EV, dipole))
        except MoleculeError:
            continue
        if len(found) == n:
            break
    return tuple(found), np.array(list(found.values()))
