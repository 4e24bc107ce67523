"""How long a person waits for one molecule: all four objectives at the default protocols.

As a campaign has it that waits for one molecule: ``[workers] count = 1, threads = 2``. One calculation after
the other, contained as there, with two threads.
"""

from __future__ import annotations

import shutil
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.oracle_rows.asking import ask, home_of, row_of
from benchmarks.oracle_rows.compounds import drawn_over_sizes
from benchmarks.oracle_rows.row import Options
from benchmarks.rows import Result, processor
from loop.molecule import Molecule
from loop.protocols import ComputedOracle
from oracles.orbitals import Orbitals
from oracles.synthesizability import Synthesizability
from oracles.zinc_exchange import ZincExchange

WHAT = "wall clock of homo, lumo, sa and zn_exchange of a known additive, 1 worker of 2 threads"
TARGET = "median <= 180 s"

MOLECULES = 30
THREADS = 2
MEDIAN = 180.0
"""Seconds."""

ORACLES: tuple[ComputedOracle, ...] = (ZincExchange(), Orbitals(), Synthesizability())


def run(options: Options) -> Result:
    """Measure, print, and take median and 90th percentile."""
    digests = {oracle.kind: oracle.protocol().digest for oracle in ORACLES}
    kept = options.kept("wall", {**digests, "processor": processor(), "threads": THREADS})
    home = options.directory / "wall"
    ready(options, home)
    print(f"{'wall s':>7} {'CPU s':>7} {'heavy':>6}  molecule")
    rows = []
    for molecule in drawn_over_sizes(options.molecules or MOLECULES, options.seed):
        rows.append(kept.once(molecule.smiles, partial(_row, molecule, home, options.deadline)))
        row = rows[-1]
        print(f"{row['wall']:7.1f} {row['cpu']:7.1f} {molecule.heavy_atoms:6d}  {molecule}", flush=True)
        for oracle, reason in row["failures"].items():
            print(f"{'':>24}{oracle}: {reason}", flush=True)
    wall = np.array([row["wall"] for row in rows])
    whole = sum(not row["failures"] for row in rows)
    median, most = np.percentile(wall, (50, 90))
    figure = f"median {median:.0f} s, 90th percentile {most:.0f} s; {whole} of {len(rows)} with all four"
    return Result(figure, bool(median <= MEDIAN))


def ready(options: Options, home: Path) -> None:
    """Compute the aqua ion, which every campaign does once, and import what is imported once."""
    oracle = ORACLES[0]
    started = time.monotonic()
    ask(oracle, "O", home / oracle.kind / "water", options.deadline, THREADS)
    print(
        f"{time.monotonic() - started:.0f} s before the first: imports, and the aqua ion if it is not shipped"
    )


def _row(molecule: Molecule, home: Path, deadline: float) -> dict[str, Any]:
    for oracle in ORACLES:
        # What a run that was stopped has left would answer at once.
        shutil.rmtree(home_of(oracle, molecule, home), ignore_errors=True)
    started = time.monotonic()
    outcomes = [
        ask(oracle, molecule.smiles, home_of(oracle, molecule, home), deadline, THREADS) for oracle in ORACLES
    ]
    elapsed = time.monotonic() - started
    rows = [row_of(outcome) for outcome in outcomes]
    return {
        "wall": elapsed,
        "cpu": sum(row["cost"]["cpu_seconds"] for row in rows),
        "failures": {o.kind: r["reason"] for o, r in zip(ORACLES, rows, strict=True) if "failure" in r},
    }
