"""Shift of HOMO and LUMO from GFN2's lowest conformer to that of the functional for forces, relaxed.

    python -m benchmarks.geometries [--smiles SMILES ...]

By functional group, for ``benchmarks/data/functional_groups.csv`` (an hour of CPU time) or for molecules of
your own. Both values are those of the oracle ``orbitals`` (B3LYP/6-31++G** in water); nothing differs but
the geometry, and which conformer it belongs to. It is what fidelity ``quick`` leaves out, and where its
uncertainty comes from.
"""

from __future__ import annotations

import argparse
import csv
import gc
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.durable.machine import machine
from loop.molecule import Molecule, MoleculeError, parse
from loop.protocols import ConvergenceError, InputError, RejectedError
from oracles.chemistry.lowest import lowest
from oracles.chemistry.selfconsistent import solve
from oracles.chemistry.theory import Resources
from oracles.orbitals import UNCERTAINTY_GFN2, Orbitals

GROUPS = Path(__file__).parent / "data" / "functional_groups.csv"
ORACLE = Orbitals()
LARGE = 2.0
"""Standard uncertainties of ``quick`` beyond which a shift is marked."""

Shift = tuple[float, float]


def main() -> None:
    """Compute, print each molecule as it comes, and the root mean square of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--smiles", nargs="+", default=[])
    options = parser.parse_args()
    try:
        molecules = [(text, parse(text)) for text in options.smiles] or list(groups())
    except MoleculeError as error:
        parser.error(str(error))
    print(f"{ORACLE.protocol().name} ({ORACLE.protocol().digest}), shifts in eV\n{machine()}")
    print(f"{'HOMO':>7} {'LUMO':>7}   {'CPU s':>6}  molecule")
    shifts: list[Shift] = []
    for name, molecule in molecules:
        began = time.process_time()
        try:
            found = shift(molecule)
        except (ConvergenceError, InputError, RejectedError) as error:
            print(f"{'-':>7} {'-':>7}   {'':>6}  {name}: {error}", flush=True)
            continue
        shifts.append(found)
        sd = UNCERTAINTY_GFN2["homo"], UNCERTAINTY_GFN2["lumo"]
        mark = "!" if any(abs(f) > LARGE * s for f, s in zip(found, sd, strict=True)) else " "
        spent = time.process_time() - began
        print(f"{found[0]:+7.3f} {found[1]:+7.3f} {mark} {spent:6.1f}  {name}", flush=True)
    if shifts:
        rms = np.sqrt(np.mean(np.square(shifts), axis=0))
        print(f"{rms[0]:7.3f} {rms[1]:7.3f}   root mean square of {len(shifts)}")


def groups() -> Iterator[tuple[str, Molecule]]:
    """The table's molecules, named with their groups."""
    with GROUPS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield f"{row['name']} ({row['group']})", parse(row["smiles"])


def shift(molecule: Molecule) -> Shift:
    """HOMO and LUMO at the relaxed geometry minus those at GFN2's, in eV.

    Raises
    ------
    ConvergenceError, RejectedError
        If one of the geometries or densities is refused, or the molecule has rearranged.
    """
    with tempfile.TemporaryDirectory(prefix="zincloop-geometries-") as scratch:
        resources = Resources(Path(scratch), ORACLE.max_memory_mb)
        before, after = (_levels(molecule, resources, relaxed=relaxed) for relaxed in (False, True))
        gc.collect()  # PySCF's objects hold files in ``scratch``
    return after[0] - before[0], after[1] - before[1]


def _levels(molecule: Molecule, resources: Resources, *, relaxed: bool) -> tuple[float, float]:
    at = lowest(molecule, ORACLE.forces(), ORACLE.max_cycle, resources, relaxed=relaxed)
    found = solve(at.geometry, ORACLE.functional(), ORACLE.max_cycle, resources)
    return found.homo, found.lumo


if __name__ == "__main__":
    main()
