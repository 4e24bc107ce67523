"""What the database of structures costs, and what trajectories add to a ledger.

Run as ``python -m benchmarks.structures [MOLECULES]``. Every molecule has three geometries (its own, the
ligand's, the complex's) with a trajectory of twenty frames for two of them, in a real ledger.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from flows.structures import renew
from loop.ledger import Ledger
from loop.molecule import parse
from loop.records import Candidate, Cost, Measurement, OracleProtocol, Pick, Request, Value
from loop.rungs import tally
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.trajectory import Trajectory

PROTOCOLS = {name: OracleProtocol(name, name, {}, "None.") for name in ("orbitals", "zinc_exchange")}
ATOMS, COMPLEX = 28, 44
RUNGS = [
    {"of": "orbitals", "rung": "DIIS", "cycles": 60, "cpu_seconds": 4.0, "converged": False},
    {"of": "orbitals", "rung": "level shift", "cycles": 30, "cpu_seconds": 2.0, "converged": True},
]


def main(n: int) -> None:
    """Fill a ledger with the answers about ``n`` molecules and read it in every way."""
    with tempfile.TemporaryDirectory() as home:
        ledger, path = Ledger(Path(home) / "ledger.sqlite"), Path(home) / "structures.db"
        with _timed(f"{n} molecules recorded"):
            _fill(ledger, 0, n - 10)
        ledger.close()  # which folds the log into the file
        _tell_size(Path(home) / "ledger.sqlite", n)
        with _timed("state read"):
            state = ledger.state()
        with _timed("rungs of all answers added up"):
            tally(state)
        with _timed("structures.db written"):
            renew(state, path)
        _tell_size(path, n)
        _fill(ledger, n - 10, n)
        state = ledger.state()
        with _timed("structures.db renewed for ten molecules"):
            renew(state, path)
        with _timed("structures.db renewed for nothing"):
            renew(state, path)


@contextmanager
def _timed(name: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    print(f"{name}: {time.perf_counter() - wall:.2f} s, CPU {time.process_time() - cpu:.2f} s")


def _tell_size(path: Path, n: int) -> None:
    size = path.stat().st_size
    print(f"{path.name}: {size / 1e6:.0f} MB, {size / n / 1e3:.1f} kB for each molecule")


def _fill(ledger: Ledger, first: int, last: int) -> None:
    molecules = [parse(_smiles(k)) for k in range(first, last)]
    for protocol in PROTOCOLS.values():
        ledger.declare(protocol)
    asked = [Request.ask(m, p) for m in molecules for p in PROTOCOLS.values()]
    picks = [Pick(Candidate(m, "benchmark"), "benchmark") for m in molecules]
    ledger.open_round(len(ledger.state().rounds), 0, picks, asked, {})
    value = {"orbitals": Value("homo", -7.0, "eV", 0.1), "zinc_exchange": Value("zn", -0.1, "eV", 0.1)}
    ledger.record_together(
        {r: Measurement((value[r.oracle],), Cost(60.0, 60.0), _details(r.oracle)) for r in asked}
    )


def _smiles(k: int) -> str:
    """A molecule of its own for each number: fluorine as binary digits."""
    return "".join("C(F)" if digit == "1" else "C" for digit in f"1{k:b}") + "O"


def _details(oracle: str) -> dict[str, Any]:
    roles = {"orbitals": [("geometry", ATOMS)], "zinc_exchange": [("ligand", ATOMS), ("complex", COMPLEX)]}[
        oracle
    ]
    found: dict[str, Any] = {"isomer": "CO", "versions": {"pyscf": "2.14"}, "rungs": RUNGS}
    for role, atoms in roles:
        geometry = Geometry(("C",) * atoms, np.random.default_rng(0).normal(size=(atoms, 3)), 0)
        found[role] = geometry.xyz()
        path = Trajectory.of(geometry, "GFN2-xTB", [geometry.positions] * 60, [-1000.0] * 60)
        found["trajectory"] = path.details(role)
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
