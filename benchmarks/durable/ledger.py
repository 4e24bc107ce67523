"""A long campaign, simulated on a real ledger on disk: what an evaluation costs the ledger.

Every molecule is asked about at two oracles. The ledger is used as a run uses it: the state is read, the
attempt begun, its answer recorded, and the budget looked at; what is computed exactly is recorded for a round
at once, with no attempt. Nothing is calculated: the values are drawn, the molecules real (chains of carbon
with ether, amine and thioether links), the details of an answer as long as those of the orbitals. The file
lies where temporary files do, with ``synchronous=FULL``, so the disk has its part in every figure: the last
column is what two commits of a few bytes cost on the same disk in the same minute, without a ledger.
"""

from __future__ import annotations

import argparse
import itertools
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from benchmarks.durable.machine import ZINCLOOP, heading, memory_mb, timed
from flows.opening import Opened, begin_or_resume, commit
from flows.status import keep_status
from loop.ledger import Ledger
from loop.molecule import Molecule, parse
from loop.records import Candidate, Cost, Measurement, Outcome, Pick, Prediction, Request, Value
from loop.stopping import Vigil

FILE = """
name = "long"
seed = 1
[[objectives]]
property = "homo"
unit = "eV"
direction = "minimize"
reference = -5.0
[[objectives]]
property = "sa"
unit = "1"
direction = "minimize"
reference = 6.0
[budget]
evaluations = {evaluations}
[limits]
max_heavy_atoms = 30
[proposal]
batch = {batch}
pool = 10000
[[generators]]
kind = "library"
source = "corpus"
initial = {batch}
[surrogate]
kind = "sum_gp"
[acquisition]
kind = "portfolio"
[[oracles]]
kind = "orbitals"
[[oracles]]
kind = "synthesizability"
"""

GEOMETRY = "C      0.12345678     -1.23456789      0.98765432\n"
"""A line of the geometry in an answer's details, for each atom."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--evaluations", type=int, default=100_000, help="molecules; two requests each")
    parser.add_argument("--batch", type=int, default=1000, help="molecules of a round")


def main(options: argparse.Namespace) -> None:
    """Run and print."""
    heading(
        f"ledger: {options.evaluations:,} evaluations in rounds of {options.batch:,}, two requests each; "
        "ms of ledger time per evaluation in each tenth"
    )
    with tempfile.TemporaryDirectory(prefix="zincloop-ledger-") as home:
        file = Path(home) / "long.toml"
        file.write_text(FILE.format(evaluations=options.evaluations + 1, batch=options.batch))
        opened = begin_or_resume(file, None)
        commit(opened)
        _campaign(opened, options.evaluations, options.batch)
        opened.ledger.close()
        _afterwards(opened)


def _campaign(opened: Opened, evaluations: int, batch: int) -> None:
    conducting, supply = _Conducting(opened), molecules()
    tenth = max(evaluations // 10, 1)
    figures = " ".join(f"{name:>8}" for name in ("open", "write", "read", "look", "all", "peak MB"))
    print(f"{'evaluations':>12} {figures} {'2 bare commits':>15}")
    done = 0
    while done < evaluations:
        before = done // tenth
        size = min(batch, evaluations - done)
        conducting.round(list(itertools.islice(supply, size)))
        done += size
        if done // tenth > before:
            conducting.print(done)


class _Conducting:
    """Uses a ledger as a run does, and takes the time."""

    def __init__(self, opened: Opened) -> None:
        self._ledger, self._definition = opened.ledger, opened.assembled.definition
        self._oracles = opened.assembled.parts.oracles
        self._beside = opened.store.directory / "bare.sqlite"
        self._exact = {oracle.kind for oracle in self._oracles if oracle.exact}
        self._rng = np.random.default_rng(1)
        self._seconds = dict.fromkeys(("open", "write", "read", "look"), 0.0)
        self._since = self._number = 0
        self._vigil = Vigil(self._definition, opened.ledger.state())
        for oracle in self._oracles:
            self._ledger.declare(oracle.protocol())

    def round(self, asked: list[Molecule]) -> None:
        """Open a round and have it answered."""
        requests = [Request.ask(m, oracle.protocol()) for m in asked for oracle in self._oracles]
        picks = [_pick(m) for m in asked]
        with self._timed("open"):
            self._ledger.open_round(self._number, self._number, picks, requests, {"stage": "acquisition"})
        with self._timed("read"):
            state = self._ledger.state()
        self._number += 1
        self._vigil = Vigil(self._definition, state)
        exact = {r: self._outcome(r) for r in requests if r.oracle in self._exact}
        with self._timed("write"):
            self._ledger.record_together(exact)
        for request in requests:
            if request not in exact:
                self._evaluate(request)

    def _evaluate(self, request: Request) -> None:
        outcome = self._outcome(request)
        with self._timed("write"):
            self._ledger.record(request, outcome, self._ledger.start(request))
        with self._timed("look"):
            self._vigil.saw(request, outcome)
            self._vigil.ends(time.time())

    def _outcome(self, request: Request) -> Outcome:
        homo, sa = -7.0 + self._rng.standard_normal(), 3.0 + 0.7 * self._rng.standard_normal()
        if request.oracle == "synthesizability":
            return Measurement((Value("sa", sa, "1", 0.0),), Cost(0.01, 0.01), {"versions": {"rdkit": "1"}})
        values = (Value("homo", homo, "eV", 0.05), Value("lumo", homo + 7.0, "eV", 0.07))
        xyz = GEOMETRY * (3 * request.molecule.heavy_atoms)
        return Measurement(values, Cost(20.0, 20.0), {"xyz": xyz, "versions": {"pyscf": "1"}})

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[what] += time.perf_counter() - started

    def _bare(self, commits: int = 200) -> float:
        """Milliseconds of a commit of a few bytes."""
        with closing(sqlite3.connect(self._beside, isolation_level=None)) as connection:
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("CREATE TABLE IF NOT EXISTS bare (a TEXT)")
            started = time.perf_counter()
            for _ in range(commits):
                connection.execute("INSERT INTO bare VALUES ('a few bytes')")
            return 1000 * (time.perf_counter() - started) / commits

    def print(self, done: int) -> None:
        """The line of a tenth."""
        each = {what: 1000 * spent / (done - self._since) for what, spent in self._seconds.items()}
        figures = " ".join(f"{ms:8.2f}" for ms in (*each.values(), sum(each.values())))
        print(f"{done:12,} {figures} {memory_mb():8.0f} {2 * self._bare():15.2f}", flush=True)
        self._seconds, self._since = dict.fromkeys(self._seconds, 0.0), done


def _pick(molecule: Molecule) -> Pick:
    predictions = {name: Prediction(-7.0, 0.3) for name in ("homo", "sa")}
    return Pick(Candidate(molecule, "corpus"), "largest upper confidence bound", 0.5, predictions)


def molecules() -> Iterator[Molecule]:
    """Distinct chains, the shortest first: carbon at both ends, no two of N, O and S side by side."""
    for length in itertools.count(3):
        for inner in itertools.product("CNOS", repeat=length - 2):
            chain = "".join(("C", *inner, "C"))
            if chain <= chain[::-1] and not any(a != "C" != b for a, b in itertools.pairwise(chain)):
                yield parse(chain)


def _afterwards(opened: Opened) -> None:
    size = opened.store.ledger.stat().st_size / 1e6
    print(f"ledger on disk: {size:.0f} MB")
    print(f"a backup, checked: {_seconds(lambda: opened.ledger.back_up(opened.store.backup)):.1f} s")
    print(f"read from the beginning, molecules known: {_seconds(Ledger(opened.store.ledger).state):.1f} s")
    seconds, _ = timed([ZINCLOOP, "status", opened.store.directory])
    print(f"zincloop status, the ledger read for it: {seconds:.1f} s")
    print(f"the screen kept, as with every round of a run: {_seconds(lambda: keep_status(opened)):.1f} s")
    seconds, said = timed([ZINCLOOP, "status", opened.store.directory])
    print(f"zincloop status then: {seconds:.1f} s, {len(said.splitlines())} lines")


def _seconds(what: Callable[[], object]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started
