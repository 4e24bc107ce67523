"""How busy the loop keeps 2, 64 and 1,024 workers: free places filled at once, beside round by round.

    python -m benchmarks.scale [--workers 2 64 1024] [--each 20] [--most 6000] [--oracles 1]

What is measured is the loop: the very step that decides, replayed on simulated places. Run times are
lognormal, median one hour, sigma 1.0 (a spread of a factor e). The answers are looked up; surrogate and
acquisition only hand on what the generator proposes, so nothing here says how good the choice is. A round has
as many molecules as there are workers, the first design of both ways as many but at least eight: places are
filled at once from the fourth measurement on. Busy is the time in which workers calculate, as a share of
workers times elapsed time: until the last molecule is begun, and in all, with the tail in which the last
calculations run out and nothing is left to begin. Decisions take no simulated time; the CPU time of the
whole simulation for a molecule is printed beside it.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from benchmarks.durable.ledger import molecules
from benchmarks.durable.machine import heading
from loop.campaign import State
from loop.definition import Budget, Definition, StopRules
from loop.design import at_random
from loop.labels import Labels, Lookup
from loop.molecule import Limits, Molecule
from loop.objective import Direction, FloatArray, Objective
from loop.protocols import Evidence, Question
from loop.records import Candidate, Cost, Outcome, Pick, Property, Request
from loop.seats import Parts, Source
from loop.simulate import simulate

HOUR = 3600.0
SIGMA = 1.0
DESIGN = 8
SPARE = 2
"""Molecules on the shelf for each that is measured."""

WAYS = ("rounds", "filled")


@dataclass(frozen=True)
class Constant:
    """A belief, and the surrogate that gives it: everything is as good as everything else."""

    kind: str = "constant"
    diagnostics: Mapping[str, float] = field(default_factory=dict)

    def fit(self, evidence: Evidence, seed: int) -> Constant:  # noqa: ARG002 - a Surrogate
        """Learn nothing."""
        return self

    def predict(self, molecules: Sequence[Molecule]) -> tuple[FloatArray, FloatArray]:
        """Nought, give or take one."""
        return np.zeros(len(molecules)), np.ones(len(molecules))

    def draw(self, molecules: Sequence[Molecule], n: int, seed: int) -> FloatArray:
        """Independent normal draws."""
        return np.random.default_rng(seed).standard_normal((n, len(molecules)))

    def given(self, molecules: Sequence[Molecule], values: FloatArray) -> Constant:  # noqa: ARG002
        """Learn nothing from this either."""
        return self


@dataclass(frozen=True)
class First:
    """An acquisition that takes the pool as it comes."""

    kind: str = "first"

    def choose(self, question: Question) -> list[Pick]:
        """Take the first of it."""
        return [Pick(candidate, "the first") for candidate in question.pool[: question.batch]]


@dataclass(frozen=True)
class Drawn:
    """A generator that draws from a list; all of it to begin with."""

    candidates: Sequence[Candidate]
    kind: str = "drawn"

    def version(self) -> str:
        """There is but one."""
        return "1"

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:  # noqa: ARG002
        """Draw so many."""
        if not incumbents:
            return list(self.candidates)
        rows = np.random.default_rng(seed).choice(len(self.candidates), n, replace=False)
        return [self.candidates[i] for i in rows]


@dataclass(frozen=True)
class Busy:
    """Shares of the workers' time, 0 to 1, and CPU seconds of the program for a molecule."""

    until_last_begun: float
    in_all: float
    hours: float
    spent: float


def main() -> None:
    """Run every number of workers both ways and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 64, 1024])
    parser.add_argument("--each", type=int, default=20, help="molecules for each worker")
    parser.add_argument("--most", type=int, default=6000, help="molecules in all; time grows with the square")
    parser.add_argument("--oracles", type=int, default=1, help="requests of each molecule")
    options = parser.parse_args()
    heading(f"requests of each molecule: {options.oracles}; run times lognormal")
    names = ("workers", "each", "way", "seeds", "busy", "with tail", "hours", "CPU ms")
    print(" ".join(f"{name:>9}" for name in names))
    for workers in options.workers:
        seeds, each = max(1, 64 // workers), max(1, min(options.each, options.most // workers))
        for way in WAYS:
            runs = [campaign(workers, way, each * workers, options.oracles, s) for s in range(seeds)]
            busy, total, hours, took = np.mean([_row(run) for run in runs], axis=0)
            shares = f"{busy:9.1%} {total:9.1%} {hours:9.1f} {1000 * took:9.1f}"
            print(f"{workers:9,} {each:9} {way:>9} {seeds:9} {shares}", flush=True)


def _row(run: Busy) -> tuple[float, ...]:
    return run.until_last_begun, run.in_all, run.hours, run.spent


def campaign(workers: int, way: str, evaluations: int, oracles: int, seed: int) -> Busy:
    """One campaign."""
    lookups = [_lookup(k, SPARE * evaluations) for k in range(oracles)]
    rng = np.random.default_rng(seed)
    hours = {o.kind: rng.lognormal(0.0, SIGMA, SPARE * evaluations) for o in lookups}
    by_kind = {o.kind: o for o in lookups}

    def answer(request: Request) -> Outcome:
        lookup = by_kind[request.oracle]
        seconds = HOUR * float(hours[lookup.kind][lookup.labels.rows[request.molecule]])
        return replace(lookup.measure(request.molecule, Path()), cost=Cost(seconds, seconds))

    started = time.process_time()
    *_, last = simulate(
        _definition(workers, way, evaluations, lookups, seed), _parts(workers, lookups), answer, workers
    )
    spent = time.process_time() - started
    return _busy(last.state, workers, spent / evaluations)


def _definition(workers: int, way: str, evaluations: int, lookups: Sequence[Lookup], seed: int) -> Definition:
    filled = way == "filled"
    return Definition(
        name=way,
        seed=seed,
        objectives=tuple(Objective(o.kind, "1", Direction.MAXIMIZE, 0.0) for o in lookups),
        limits=Limits(),
        budget=Budget(evaluations=evaluations),
        stop=StopRules(),
        batch=workers,
        # At most every second molecule was asked about before.
        pool=min(SPARE * evaluations, 16 if filled else 4 * workers + 16),
        in_flight=workers if filled else None,
    )


def _parts(workers: int, lookups: Sequence[Lookup]) -> Parts:
    shelf = Drawn([Candidate(m, "list") for m in lookups[0].labels.molecules])
    return Parts([Source(shelf, 1.0, max(workers, DESIGN), at_random)], lookups, Constant(), First())


def _lookup(number: int, count: int) -> Lookup:
    """An oracle of its own property, which does not know how long it will take."""
    values = np.random.default_rng(number).random((count, 1))
    name = f"property {number + 1}"
    listed = tuple(itertools.islice(molecules(), count))
    return Lookup(
        Labels(listed, (Property(name, "1", name),), values, np.full(count, HOUR)), (name,), False, name
    )


def _busy(state: State, workers: int, spent: float) -> Busy:
    ends = np.array([a.at for a in state.answers.values()])
    begun = ends - [a.outcome.cost.wall_seconds for a in state.answers.values()]
    last, end = begun.max(), ends.max()
    until = (np.minimum(ends, last) - begun).sum() / (workers * last)
    return Busy(float(until), float((ends - begun).sum() / (workers * end)), float(end / HOUR), spent)


if __name__ == "__main__":
    main()
