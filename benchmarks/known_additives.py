"""Compute the tables of our own values that ``zincloop validate-oracles`` holds new ones against.

    python -m benchmarks.known_additives [--molecules N] [--workers 2] [--minutes 60] [--hours H]
    python -m benchmarks.known_additives --series

The first asks the oracles ``synthesizability``, ``xtb_orbitals``, ``xtb_zinc_exchange``, ``orbitals`` and
``zinc_exchange``, with their default settings, about every known additive of ``generators/data`` that is
neutral, the smallest first; the second ``zinc_exchange`` about the five ligands of the exchange series. Each
calculation is contained as in a campaign, with a deadline. Every answer is kept as a line of
``build/known_additives.jsonl``, under a key that holds its protocol: the command goes on where it was
stopped, and from the table that is there, and calculates again what follows another protocol now. At the end
it writes
``oracles/data/known_additives.csv`` (or ``exchange_series.csv``) with protocols, versions and date beside it.
"""

from __future__ import annotations

import argparse
import csv
import math
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import BaseModel
from rich.progress import track

from benchmarks.additive_sheet import DATA, read, write
from benchmarks.kept_answers import Kept, Line
from loop.molecule import Molecule, parse
from loop.records import Cost, Failure, FailureKind, Outcome, Request
from oracles.contained import Containment, Job, run
from oracles.validation.calculation import computed
from oracles.validation.exchange_series import ORACLE, SERIES
from oracles.validation.ranks import PROPERTIES
from oracles.validation.running import as_they_end

ADDITIVES = Path(__file__).parents[1] / "generators" / "data" / "zn_additives.csv"
EVERYTHING = ("synthesizability", *PROPERTIES)


@dataclass(frozen=True)
class Question:
    """One oracle asked about one molecule."""

    name: str
    molecule: Molecule
    oracle: str

    @property
    def key(self) -> str:
        """Content hash of molecule, oracle and protocol."""
        return Request.ask(self.molecule, computed(self.oracle).protocol()).key


def main() -> None:
    """Calculate what is missing, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--molecules", type=int, default=1000, help="the smallest so many")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=60.0, help="deadline of one calculation")
    parser.add_argument("--hours", type=float, default=math.inf, help="begin nothing after so many")
    parser.add_argument("--series", action="store_true")
    parser.add_argument("--kept", type=Path, default=Path("build/known_additives.jsonl"))
    parser.add_argument("--to", type=Path, default=DATA, help="directory of the table")
    options = parser.parse_args()
    named = {name: parse(s) for name, s in SERIES.items()} if options.series else additives()
    named = dict(list(named.items())[: options.molecules])
    oracles = (ORACLE,) if options.series else EVERYTHING
    questions = [Question(name, m, oracle) for name, m in named.items() for oracle in oracles]
    kept = Kept(options.kept)
    table = "exchange_series" if options.series else "known_additives"
    take_over(read(table, options.to), questions, kept)
    missing = [question for question in questions if question.key not in kept]
    until = time.monotonic() + 3600 * options.hours
    calculate(missing, kept, options.workers, Containment(60 * options.minutes, 0, 1), until)
    lines = [(q.name, q.molecule, kept[q.key]) for q in questions if q.key in kept]
    print(write(table, lines, options.to))


def take_over(table: Mapping[tuple[str, str], Line], questions: Sequence[Question], kept: Kept) -> None:
    """Keep the answers of a table that follow today's protocols: they need not be calculated again."""
    for question in questions:
        line = table.get((question.molecule.smiles, question.oracle))
        if line and question.key not in kept and line.protocol == computed(question.oracle).protocol().digest:
            kept.add(question.key, line)


def additives() -> dict[str, Molecule]:
    """Known additives without a charge by their names, the smallest first."""
    with ADDITIVES.open(encoding="utf-8") as file:
        named = {row["name"]: parse(row["smiles"]) for row in csv.DictReader(file)}
    neutral = [(name, molecule) for name, molecule in named.items() if molecule.charge == 0]
    return dict(sorted(neutral, key=lambda pair: pair[1].heavy_atoms))


def calculate(
    questions: Sequence[Question],
    kept: Kept,
    workers: int,
    containment: Containment,
    until: float = math.inf,
) -> None:
    """Answer every question begun in time, and keep each answer as it comes; Ctrl-C ends what runs."""
    stop = threading.Event()

    def begin(question: Question) -> Outcome | None:
        in_time = time.monotonic() < until
        return answered(question, kept.directory, containment, stop) if in_time else None

    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(begin, q): q for q in questions}
        try:
            for future in track(as_they_end(futures), "calculations", total=len(futures)):
                question, outcome = futures[future], future.result()
                if isinstance(outcome, Failure) and outcome.kind is FailureKind.TRANSIENT:
                    shutil.rmtree(kept.directory / question.key, ignore_errors=True)  # it is tried again
                elif outcome is not None:
                    kept.add(question.key, Line.of(question.oracle, outcome))
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def answered(
    question: Question, directory: Path, containment: Containment, stop: threading.Event
) -> Outcome | None:
    """The outcome of a question, refusals included; ``None`` if it was stopped first."""
    oracle = computed(question.oracle)
    if (reason := oracle.refusal(question.molecule)) is not None:
        return Failure(FailureKind.INPUT, reason, Cost(0.0, 0.0))
    settings = cast(BaseModel, oracle).model_dump(mode="json")
    job = Job(question.oracle, settings, question.molecule.smiles, directory / question.key)
    return run(job, containment, stop.is_set)


if __name__ == "__main__":
    main()
