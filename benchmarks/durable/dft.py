"""Real DFT, killed at random times, gone on with by the same command.

A campaign of six molecules with two or three heavy atoms, HOMO and LUMO in gas, is run untroubled once. Then
``zincloop run`` gets SIGKILL at a random time of that duration, is started again, gets it again, until it
ends before the next; then the next campaign begins. No calculation that had left an outcome at a kill may be
made again: the time it took, which no two calculations share, has to be that in the ledger at the end. Every
process bears a mark in its environment, by which any that outlives its program is found.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.durable.machine import ROOT, ZINCLOOP, alive, environment, heading
from loop.ledger.rows import facts
from loop.records import Failure, Outcome
from tests.faults.killing import digest, finished

FILE = """
name = "dft"
seed = 3
[[objectives]]
property = "homo"
unit = "eV"
direction = "minimize"
reference = -4.0
[[objectives]]
property = "sa"
unit = "1"
direction = "minimize"
reference = 8.0
[budget]
evaluations = 6
[workers]
count = 2
[limits]
min_heavy_atoms = 2
max_heavy_atoms = 3
elements = ["H", "C", "N", "O"]
[proposal]
batch = 2
pool = 50
[[generators]]
kind = "library"
source = "corpus"
initial = 4
[surrogate]
kind = "minmax_gp"
[acquisition]
kind = "scalarised_ucb"
[[oracles]]
kind = "orbitals"
solvent = "gas"
[[oracles]]
kind = "synthesizability"
"""

MARK = "ZINCLOOP_BENCH_MARK"
ORPHAN_SECONDS = 20.0


@dataclass
class Tally:
    """What came of the kills."""

    kills: int = 0
    campaigns: int = 0
    same: int = 0
    known: int = 0
    repeated: int = 0
    orphans: int = 0
    slowest: float = 0.0
    kept: dict[str, Outcome] = field(default_factory=dict)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)


def main(options: argparse.Namespace) -> None:
    """Run and print."""
    heading(f"dft: {options.kills} times SIGKILL at a random time of a campaign with real DFT")
    rng, tally = np.random.default_rng(options.seed), Tally()
    with tempfile.TemporaryDirectory(prefix="zincloop-dft-") as directory:
        whole, started = _file(Path(directory) / "untroubled"), time.monotonic()
        _run(whole, None, tally)
        duration = time.monotonic() - started
        wanted, right = digest(whole.parent / "dft"), finished(whole.parent / "dft")
        print(f"untroubled: {duration:.0f} s", flush=True)
        while tally.kills < options.kills:
            home = Path(directory) / str(tally.campaigns)
            _campaign(_file(home), rng, duration, options.kills, tally)
            same = digest(home / "dft") == wanted
            tally.same += same
            if not same:
                _explain(right, finished(home / "dft"))
    print(f"{tally.kills} kills in {tally.campaigns} campaigns")
    print(f"same ledger as the untroubled one: {tally.same} of {tally.campaigns}")
    print(f"finished calculations, counted at each kill: {tally.known}, made again: {tally.repeated}")
    print(f"processes left behind: {tally.orphans}; the last was gone after {tally.slowest:.2f} s")


def _file(home: Path) -> Path:
    home.mkdir()
    (home / "dft.toml").write_text(FILE)
    return home / "dft.toml"


def _campaign(file: Path, rng: np.random.Generator, duration: float, kills: int, tally: Tally) -> None:
    """Kill and go on until it ends by itself, or there were kills enough; then let it end."""
    tally.campaigns += 1
    tally.kept = {}
    while _run(file, None if tally.kills == kills else float(rng.uniform(0.0, duration)), tally):
        tally.kills += 1
        found = finished(file.parent / "dft")
        tally.known += len(found)
        tally.repeated += _changed(tally.kept, found)
        tally.kept |= found
    tally.repeated += _changed(tally.kept, finished(file.parent / "dft"))


def _explain(right: dict[str, Outcome], found: dict[str, Outcome]) -> None:
    """Say in what a campaign differs from the untroubled one."""
    print(f"another ledger: {len(right.keys() - found)} requests missing, {len(found.keys() - right)} others")
    for key in right.keys() & found:
        if facts(right[key]) != facts(found[key]):
            outcome = found[key]
            told = outcome.reason if isinstance(outcome, Failure) else facts(outcome)
            print(f"  {key}: {told}; untroubled {facts(right[key])}", flush=True)


def _changed(before: dict[str, Outcome], now: dict[str, Outcome]) -> int:
    """How many outcomes are not the very ones that were there."""
    return sum(key not in now or now[key].cost != outcome.cost for key, outcome in before.items())


def _run(file: Path, kill_after: float | None, tally: Tally) -> bool:
    """Run the command; returns whether it had to be killed."""
    mark = uuid.uuid4().hex
    with (file.parent / "output.txt").open("ab") as output:
        process = subprocess.Popen(
            [ZINCLOOP, "run", file], env=environment() | {MARK: mark}, cwd=ROOT, stdout=output, stderr=output
        )
        try:
            if process.wait(kill_after):
                sys.exit((file.parent / "output.txt").read_text())
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            _look_for_orphans(mark, tally)
            return True
    return False


def _look_for_orphans(mark: str, tally: Tally) -> None:
    started = time.monotonic()
    while (left := _marked(mark)) and time.monotonic() - started < ORPHAN_SECONDS:
        time.sleep(0.02)
    tally.orphans += len(left)
    tally.slowest = max(tally.slowest, time.monotonic() - started)


def _marked(mark: str) -> list[int]:
    """Processes that bear a mark."""
    found = []
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        try:
            if mark.encode() in Path(f"/proc/{pid}/environ").read_bytes() and alive(pid):
                found.append(pid)
        except OSError:
            continue
    return found
