"""Shift of HOMO and LUMO from the GFN2 geometry to one relaxed with the oracle's functional for forces.

    python -m benchmarks.geometries [--smiles SMILES ...]

By functional group, for ``benchmarks/data/functional_groups.csv`` or for molecules of your own. Both values
are those of the oracle ``orbitals`` (B3LYP/6-31++G** in water); nothing differs but the geometry. The last
column says whether the oracle relaxes the molecule so (:data:`oracles.chemistry.delicate.PATTERNS`).
"""

from __future__ import annotations

import argparse
import csv
import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.durable.machine import machine
from loop.molecule import Molecule, parse
from loop.protocols import ConvergenceError, InputError, RejectedError
from oracles.chemistry import connectivity, relaxation
from oracles.chemistry.delicate import is_delicate
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ligand import prepare
from oracles.chemistry.selfconsistent import solve
from oracles.chemistry.theory import Resources
from oracles.orbitals import UNCERTAINTY_GFN2, Orbitals

GROUPS = Path(__file__).parent / "data" / "functional_groups.csv"
ORACLE = Orbitals()
LARGE = 2.0
"""Standard uncertainties beyond which a shift is marked."""

Shift = tuple[float, float]


def main() -> None:
    """Compute, print each molecule as it comes, and the root mean square of those not relaxed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--smiles", nargs="+", default=[])
    options = parser.parse_args()
    print(f"{ORACLE.protocol().name} ({ORACLE.protocol().digest}), shifts in eV\n{machine()}")
    print(f"{'HOMO':>7} {'LUMO':>7}   {'relaxed':>8}  molecule")
    left: list[Shift] = []
    for name, molecule in _own(options.smiles) if options.smiles else groups():
        try:
            found = shift(molecule)
        except (ConvergenceError, InputError, RejectedError) as error:
            print(f"{'-':>7} {'-':>7}   {'':>8}  {name}: {error}", flush=True)
            continue
        relaxed = is_delicate(molecule)
        if not relaxed:
            left.append(found)
        sd = UNCERTAINTY_GFN2["homo"], UNCERTAINTY_GFN2["lumo"]
        mark = "!" if any(abs(f) > LARGE * s for f, s in zip(found, sd, strict=True)) else " "
        told = "by DFT" if relaxed else "by GFN2"
        print(f"{found[0]:+7.3f} {found[1]:+7.3f} {mark} {told:>8}  {name}", flush=True)
    if left:
        rms = np.sqrt(np.mean(np.square(left), axis=0))
        print(f"{rms[0]:7.3f} {rms[1]:7.3f}   root mean square of the {len(left)} left at GFN2 geometries")


def groups() -> Iterator[tuple[str, Molecule]]:
    """The table's molecules, named with their groups."""
    with GROUPS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield f"{row['name']} ({row['group']})", parse(row["smiles"])


def _own(smiles: list[str]) -> Iterator[tuple[str, Molecule]]:
    return ((text, parse(text)) for text in smiles)


def shift(molecule: Molecule) -> Shift:
    """HOMO and LUMO at the relaxed geometry minus those at GFN2's, in eV.

    Raises
    ------
    ConvergenceError, RejectedError
        If one of the geometries or densities is refused, or the molecule has rearranged.
    """
    with tempfile.TemporaryDirectory(prefix="zincloop-geometries-") as scratch:
        resources = Resources(Path(scratch), ORACLE.max_memory_mb)
        ligand = prepare(molecule, water=True, account=resources.account)
        first = ligand.conformers[0]
        second, _ = relaxation.relax(first, ORACLE.forces(), resources)
        if (changed := connectivity.change(ligand.mol, ligand.isomer, second)) is not None:
            raise RejectedError(changed)
        before, after = (_levels(geometry, resources) for geometry in (first, second))
        gc.collect()  # PySCF's objects hold files in ``scratch``
    return after[0] - before[0], after[1] - before[1]


def _levels(geometry: Geometry, resources: Resources) -> tuple[float, float]:
    found = solve(geometry, ORACLE.functional(), ORACLE.max_cycle, resources)
    return found.homo, found.lumo


if __name__ == "__main__":
    main()
