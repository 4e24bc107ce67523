"""The table of own values as it is checked in: one row a molecule, what it came from beside it."""

from __future__ import annotations

import csv
import json
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import oracles
from benchmarks.kept_answers import Line
from loop.molecule import Molecule
from oracles.chemistry.provenance import versions
from oracles.validation.calculation import computed

DATA = Path(oracles.__file__).parent / "data"
AGAIN = {
    "known_additives": "make it anew: python -m benchmarks.known_additives",
    "exchange_series": "make it anew: python -m benchmarks.known_additives --series",
}


def write(name: str, lines: Sequence[tuple[str, Molecule, Line]], directory: Path) -> str:
    """Write ``{name}.csv`` and ``{name}.json``, and say what is in them.

    Parameters
    ----------
    lines
        Name, molecule and answer; several of one molecule make one row.
    """
    rows: dict[Molecule, dict[str, Any]] = {}
    for called, molecule, line in lines:
        start = {"smiles": molecule.smiles, "name": called, "heavy_atoms": molecule.heavy_atoms}
        rows.setdefault(molecule, start).update(_cells(line))
    columns = dict.fromkeys(column for row in rows.values() for column in row)
    with (directory / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())
    about = {
        "protocols": {line.oracle: line.protocol for _, _, line in lines},
        "versions": {**versions(), "python": platform.python_version()},
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.system()} {platform.machine()}, one thread a calculation",
        "again": AGAIN[name],
    }
    (directory / f"{name}.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    failed = sum(any(str(c).startswith("failure") and v for c, v in row.items()) for row in rows.values())
    return f"{directory / name}.csv: {len(rows)} molecules, {failed} with a failure"


def read(name: str, directory: Path) -> dict[tuple[str, str], Line]:
    """The answers in a table that :func:`write` wrote: (SMILES, oracle) -> answer; empty if there is none."""
    about, rows = directory / f"{name}.json", directory / f"{name}.csv"
    if not (about.exists() and rows.exists()):
        return {}
    protocols = json.loads(about.read_text(encoding="utf-8"))["protocols"]
    with rows.open(encoding="utf-8", newline="") as file:
        return {
            (row["smiles"], oracle): _line(row, oracle, protocol)
            for row in csv.DictReader(file)
            for oracle, protocol in protocols.items()
            if row.get(f"cpu_seconds {oracle}")
        }


def _line(row: dict[str, str], oracle: str, protocol: str) -> Line:
    names = [p.name for p in computed(oracle).properties if row.get(p.name)]
    cpu, wall = (float(row[f"{clock}_seconds {oracle}"]) for clock in ("cpu", "wall"))
    return Line(oracle, protocol, {n: float(row[n]) for n in names}, row[f"failure {oracle}"], cpu, wall)


def _cells(line: Line) -> dict[str, Any]:
    """Values in eV (SA in 1), and what went wrong, and what it took."""
    return {
        **{name: round(value, 5) for name, value in line.values.items()},
        f"failure {line.oracle}": line.failure,
        f"cpu_seconds {line.oracle}": line.cpu_seconds,
        f"wall_seconds {line.oracle}": line.wall_seconds,
    }
