"""Compute the labelled four-objective set: GFN2-xTB HOMO, LUMO and Zn2+ exchange energy, and SA.

    python -m benchmarks.zinc_set [--molecules 2010] [--workers 1] [--kept build/zinc_set.jsonl]
    python -m benchmarks.zinc_set --share

Compounds of the shipped corpus with up to ten heavy atoms inside a campaign's default limits: the known
additives first, then the others in random order, so that a longer run extends a shorter one. Every answer is
kept as it comes; the command goes on where it was stopped, and writes ``benchmarks/data/zinc_gfn2.parquet``
when it is through. Failures stay in the table, with their reason and cost and without a value. The second
form takes the exchange energies of the table for the list that the autoencoder learns from.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.progress import track

from benchmarks import json_lines
from benchmarks.answers import deadline
from generators.corpus.entries import Entry, corpus
from loop.molecule import Limits, Molecule, parse
from loop.protocols import ComputedOracle, OracleError
from oracles.chemistry import donors
from oracles.contained.endings import die_with_parent
from oracles.synthesizability import Synthesizability
from oracles.xtb_orbitals import XtbOrbitals
from oracles.xtb_zinc_exchange import XtbZincExchange

TABLE = Path(__file__).parent / "data" / "zinc_gfn2.parquet"
SHARED = Path(__file__).parents[1] / "generators" / "data" / "zn_exchange.csv"
LARGEST = 10
"""Heavy atoms."""
SEED = 0

ORACLES: tuple[ComputedOracle, ...] = (
    XtbOrbitals(),
    XtbZincExchange(search="quick", denticity="one"),
    Synthesizability(),
)


def main() -> None:
    """Compute what is missing and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--molecules", type=int, default=2010)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--kept", type=Path, default=Path("build/zinc_set.jsonl"))
    parser.add_argument("--share", action="store_true")
    options = parser.parse_args()
    if options.share:
        share()
        return
    wanted = chosen(options.molecules)
    done = {row["smiles"] for row in json_lines.read(options.kept)}
    missing = [entry for entry in wanted if parse(entry.smiles).smiles not in done]
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(
        options.workers, get_context("spawn"), initializer=die_with_parent, initargs=(os.getpid(),)
    ) as pool:
        futures = [pool.submit(measured, entry, options.kept.parent / "zinc_set") for entry in missing]
        for future in track(as_completed(futures), "molecules", total=len(futures)):
            json_lines.append(options.kept, future.result())
    write(options.kept, wanted)


def chosen(n: int) -> list[Entry]:
    """The first ``n`` compounds, known additives before the others."""
    limits = Limits()
    found: dict[Molecule, Entry] = {}
    entries = corpus()
    order = np.random.default_rng(SEED).permutation(len(entries))
    known = [e for e in entries if "additive" in e.origin]
    for entry in (*known, *(entries[i] for i in order)):
        molecule = parse(entry.smiles)
        inside = molecule.heavy_atoms <= LARGEST and limits.refusal(molecule) is None
        if inside and donors.refusal(molecule) is None:
            found.setdefault(molecule, entry)
    return list(found.values())[:n]


def measured(entry: Entry, scratch: Path) -> dict[str, Any]:
    """Every answer about one compound as one row; nothing is raised but our own faults."""
    molecule = parse(entry.smiles)
    row: dict[str, Any] = {"smiles": molecule.smiles, "name": entry.name, "origin": entry.origin}
    for oracle in ORACLES:
        started = time.process_time()
        try:
            with deadline():
                answer = oracle.measure(molecule, scratch / str(os.getpid()))
            row |= {f"{v.property} / {v.unit}": v.value for v in answer.values}
        except OracleError as error:
            row[f"failure {oracle.kind}"] = f"{type(error).__name__}: {error}"
        row[f"seconds {oracle.kind}"] = round(time.process_time() - started, 3)
    return row


def write(kept: Path, wanted: list[Entry]) -> None:
    """Write the table in the order of the choice, with the protocols in its metadata."""
    rows = {row["smiles"]: row for row in json_lines.read(kept)}
    found = [rows[s] for e in wanted if (s := parse(e.smiles).smiles) in rows]
    frame = pd.DataFrame(found)
    frame.attrs["protocols"] = {o.kind: {"name": o.protocol().name, **o.protocol().settings} for o in ORACLES}
    TABLE.parent.mkdir(exist_ok=True)
    frame.to_parquet(TABLE, index=False)
    failed = frame.filter(like="failure ").notna().any(axis=1)
    print(f"{TABLE}: {len(frame)} molecules, {failed.sum()} with a failure")


def share() -> None:
    """Write the exchange energies of the table as the autoencoder's list."""
    found = pd.read_parquet(TABLE)[["smiles", "zn_exchange_gfn2 / eV"]].dropna()
    found.columns = ["smiles", "zn_exchange"]
    found.to_csv(SHARED, index=False, float_format="%.4f", lineterminator="\n")
    print(f"{SHARED}: {len(found)} molecules")


if __name__ == "__main__":
    main()
