"""QM9's own orbital energies, by its functional and exact basis set at its geometries.

QM9: Ramakrishnan et al., 10.1038/sdata.2014.22; B3LYP/6-31G(2df,p) by Gaussian.
"""

from __future__ import annotations

import ast
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.oracle_rows.children import call
from benchmarks.oracle_rows.row import Options
from benchmarks.oracle_rows.structure import HARTREE, Structure, read_xyz
from benchmarks.rows import Result

WHAT = "HOMO and LUMO of QM9 at its geometries and in its basis set, random molecules"
TARGET = ">= 99 % within 0.01 eV"

MOLECULES = 200
WITHIN = 0.01
"""In eV; QM9's table is rounded to 1e-4 hartree, 0.003 eV."""
SHARE = 0.99
COLUMNS = ["Index", "SMILES", "Elements", "XYZ_Ang", "HOMO_au", "LUMO_au"]

CALCULATION = "oracles.validation.qm9"
"""Has the basis set and mixed functions that PySCF lacks."""


def run(options: Options) -> Result:
    """Compute, print and count."""
    if options.qm9 is None:
        return Result("not run: give --qm9, the data directory of the qm9pack package", None)
    theirs = import_module(CALCULATION)
    kept = options.kept("qm9", {"functional": theirs.FUNCTIONAL.settings(), "cycles": theirs.MAX_CYCLE})
    print(f"{'HOMO':>8} {'off by':>7} {'LUMO':>8} {'off by':>7} {'CPU s':>6}  molecule")
    worst = []
    for index, smiles, structure, homo, lumo in drawn(
        options.qm9, options.molecules or MOLECULES, options.seed
    ):
        child = "benchmarks.oracle_rows.qm9:orbitals"
        row = kept.once(str(index), partial(call, child, {"xyz": structure.xyz()}, options.deadline))
        worst.append(_shown(row, smiles, homo, lumo))
    share = float(np.mean(np.array(worst) <= WITHIN))
    return Result(f"{share:.1%} of {len(worst)}, worst {max(worst):.4f} eV", share >= SHARE)


def _shown(row: dict[str, Any], smiles: str, homo: float, lumo: float) -> float:
    """Print one molecule and return the larger error in eV; infinite for a failure."""
    if "error" in row:
        print(f"{row['error']}  {smiles}", flush=True)
        return float("inf")
    found = row["value"]
    off = found["homo"] - homo, found["lumo"] - lumo
    figures = f"{found['homo']:8.3f} {off[0]:+7.4f} {found['lumo']:8.3f} {off[1]:+7.4f}"
    print(f"{figures} {row['cpu_seconds']:6.1f}  {smiles}", flush=True)
    return float(max(map(abs, off)))


def drawn(data: Path, n: int, seed: int) -> list[tuple[int, str, Structure, float, float]]:
    """Index, SMILES, geometry, HOMO and LUMO in eV of ``n`` molecules drawn without repeats."""
    parts = sorted(data.glob("qm9_part*.csv"))
    if not parts:
        raise SystemExit(f"no qm9_part*.csv in {data}; give the data directory of the qm9pack package")
    table = pd.concat([pd.read_csv(part, usecols=COLUMNS) for part in parts])
    rows = table.sample(n=n, random_state=seed)[COLUMNS].itertuples(index=False)
    return [
        (index, smiles, geometry(elements, positions), homo * HARTREE, lumo * HARTREE)
        for index, smiles, elements, positions, homo, lumo in rows
    ]


def geometry(elements: str, positions: str) -> Structure:
    """A geometry as qm9pack writes it: two lists of Python."""
    return Structure(tuple(ast.literal_eval(elements)), np.array(ast.literal_eval(positions)), 0)


def orbitals(argument: dict[str, Any]) -> dict[str, float]:
    """HOMO and LUMO in eV in QM9's basis set; a child's function."""
    from oracles.chemistry.geometry import Geometry  # noqa: PLC0415 - PySCF loads only in the child

    structure = read_xyz(argument["xyz"])
    geometry_of = Geometry(structure.symbols, structure.positions, structure.charge)
    homo, lumo = import_module(CALCULATION).qm9_orbitals(geometry_of)
    return {"homo": float(homo), "lumo": float(lumo)}
