"""What an evaluation costs beside its calculation, on this machine's executor.

Two oracles of RDKit descriptors, tenths of a millisecond each, are asked about molecules on a real ledger, as
a campaign asks. CPU time is that of this process while requests are dispatched, watched and recorded (nothing
is proposed), of the process from which calculations are forked, and of the calculations. Beside it: the same
calculations, each in an interpreter begun for it.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.durable.contained import calculating, children
from benchmarks.durable.ledger import molecules
from benchmarks.durable.machine import PLUGIN, ROOT, cpu_seconds, environment, heading
from flows.evaluating import Evaluator, PlainRounds
from flows.executors import Here
from flows.opening import Opened, begin_or_resume, commit
from loop.molecule import Molecule
from loop.records import Candidate, Pick, Request
from oracles.contained.spool import write_json
from tests.conftest import QUICK

FRESH = (
    "import sys; from pathlib import Path; from oracles.contained.child import main; main(Path(sys.argv[1]))"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--molecules", type=int, default=250, help="two requests each")
    parser.add_argument("--fresh", type=int, default=20, help="interpreters begun for the comparison")


def main(options: argparse.Namespace) -> None:
    """Run and print."""
    heading(f"overhead: CPU ms per request, {2 * options.molecules} requests on two workers")
    sys.path.insert(0, str(PLUGIN))
    with calculating() as directory:
        (directory / "quick.toml").write_text(QUICK)
        opened = begin_or_resume(directory / "quick.toml", None)
        commit(opened)
        supply = molecules()
        _evaluate(opened, 0, list(itertools.islice(supply, 5)))  # what begins once has begun
        start_up = sum(map(sum, map(cpu_seconds, children(os.getpid()))))
        here, nursery, calculations = _evaluate(opened, 1, list(itertools.islice(supply, options.molecules)))
        opened.ledger.close()
        fresh = [_fresh(directory / f"fresh-{n}") for n in range(options.fresh)]
    count = 2 * options.molecules
    for name, spent in (("controller", here), ("nursery", nursery), ("calculations", calculations)):
        print(f"{name:<14} {1000 * spent / count:8.1f}")
    print(f"{'all':<14} {1000 * (here + nursery + calculations) / count:8.1f}")
    print(f"the nursery's start, once: {start_up:.1f} s")
    print(f"an interpreter for each calculation: {1000 * sum(fresh) / len(fresh):.0f}")


def _evaluate(opened: Opened, number: int, asked: Sequence[Molecule]) -> tuple[float, ...]:
    """CPU seconds of this process, the nursery and the calculations while molecules are evaluated."""
    oracles = opened.assembled.parts.oracles
    for oracle in oracles:
        opened.ledger.declare(oracle.protocol())
    requests = [Request.ask(m, oracle.protocol()) for m in asked for oracle in oracles]
    picks = [Pick(Candidate(m, "list"), "the next") for m in asked]
    opened.ledger.open_round(number, 0, picks, requests, {})
    evaluator = Evaluator(opened.store, opened.ledger, opened.assembled, Here(), threading.Event())
    before = _spent()
    evaluator.begin(number, requests, PlainRounds(evaluator), opened.ledger.state())
    evaluator.wait(for_all=True)
    evaluator.finish()
    return tuple(now - then for now, then in zip(_spent(), before, strict=True))


def _spent() -> tuple[float, float, float]:
    nurseries = [cpu_seconds(pid) for pid in children(os.getpid())]
    return time.process_time(), sum(own for own, _ in nurseries), sum(reaped for _, reaped in nurseries)


def _fresh(directory: Path) -> float:
    """CPU seconds of one calculation in an interpreter begun for it."""
    directory.mkdir()
    job = {"oracle": "surface", "settings": {}, "smiles": "CO", "attempt": 1, "memory_bytes": 0, "threads": 1}
    write_json(directory / "job.json", job)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", FRESH, str(directory)]
    subprocess.run(command, env=environment(), cwd=ROOT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
