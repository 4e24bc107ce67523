"""Ten thousand readings imported, and the same file once more, by the real command.

The campaign waits for its laboratory; the file holds two readings of the efficiency and one of the
conductivity of each molecule, most of them never asked about (``--unsolicited``).
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.durable.ledger import molecules
from benchmarks.durable.machine import ROOT, ZINCLOOP, environment, heading
from tests.conftest import LABORATORY
from tests.faults.killing import digest, drive

READINGS = (("ce", "1", "%"), ("ce", "2", "%"), ("conductivity", "1", "mS/cm"))


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--readings", type=int, default=10_000)


def main(options: argparse.Namespace) -> None:
    """Run and print."""
    heading(f"laboratory: {options.readings:,} readings imported, and the same file again")
    with tempfile.TemporaryDirectory(prefix="zincloop-laboratory-") as directory:
        home = waiting(Path(directory))
        few, many = Path(directory) / "few.csv", Path(directory) / "many.csv"
        write(few, 1)
        write(many, options.readings)
        start_up, _ = imported(home, few)
        print(f"start-up, seen from a file of one reading: {start_up:.1f} s")
        before = ""
        for what in ("imported", "the same file again"):
            seconds, peak = imported(home, many)
            print(f"{what}: {seconds:.1f} s, {seconds - start_up:.1f} s beside start-up, peak {peak:.0f} MB")
            same, before = digest(home) == before, digest(home)
        print(f"the ledger is the same as after the first time: {'yes' if same else 'NO'}")


def waiting(directory: Path) -> Path:
    """A campaign that waits for its laboratory; returns where it lives."""
    file = directory / "quick.toml"
    file.write_text(LABORATORY)
    done = drive(file, env=environment())
    if done.returncode:
        sys.exit(done.stderr)
    return directory / "quick"


def write(file: Path, count: int) -> None:
    """Write so many readings."""
    rows = ((m.smiles, *what) for m in molecules() for what in READINGS)
    with file.open("w", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(("smiles", "property", "replicate", "unit", "value"))
        for n, row in enumerate(itertools.islice(rows, count)):
            table.writerow((*row, f"{90 + n % 97 / 10:.1f}"))


def imported(home: Path, file: Path) -> tuple[float, float]:
    """Elapsed seconds and peak memory (MB) of the command that imports a file."""
    started = time.monotonic()
    command: list[str | Path] = [ZINCLOOP, "lab", "import", home, file, "--unsolicited"]
    process = subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the import ended with status {process.returncode}")
    return time.monotonic() - started, _peak(usage)


def _peak(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024
