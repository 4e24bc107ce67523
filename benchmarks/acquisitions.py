"""Replay campaigns on QM9: hypervolume reached by each acquisition from 20 to 50 measurements.

    python -m benchmarks.acquisitions PATH/TO/qm9pack/data [SURROGATE]

A pool of 1,000 molecules, batches of 5, 20 molecules to begin with drawn at random. Two problems: HOMO as
low, LUMO and dipole as high as possible with the pool's medians for reference; and windows on the same
three, which saturate. Shown is the share of the hypervolume of the whole pool.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import cast

import numpy as np

from benchmarks.qm9 import PROPERTIES, read
from loop.metrics import hypervolume
from loop.molecule import Molecule
from loop.objective import Direction, FloatArray, Objective, gains
from loop.parts import kinds, load
from loop.protocols import Acquisition, Evidence, Question, Surrogate
from loop.records import Candidate, Property

SEEDS = 10
POOL, START, END, BATCH = 1000, 20, 50, 5
UNITS = ("eV", "eV", "D")


def problems(values: FloatArray) -> dict[str, tuple[Objective, ...]]:
    """The objectives, with references fixed before any campaign."""
    middle = np.median(values, axis=0)
    ways = (Direction.MINIMIZE, Direction.MAXIMIZE, Direction.MAXIMIZE)
    open_ended = tuple(
        Objective(p, u, way, float(r)) for p, u, way, r in zip(PROPERTIES, UNITS, ways, middle, strict=True)
    )
    deep, high, polar = np.quantile(values, (0.1, 0.9), axis=0).T
    windows = (
        Objective("homo", "eV", Direction.WINDOW, float(middle[0]), high=float(deep[0])),
        Objective("lumo", "eV", Direction.WINDOW, float(middle[1]), low=float(high[1])),
        Objective("dipole", "D", Direction.WINDOW, float(middle[2]), low=float(polar[1])),
    )
    return {"open-ended": open_ended, "windows": windows}


def campaign(
    acquisition: Acquisition,
    surrogate: Surrogate,
    objectives: tuple[Objective, ...],
    molecules: tuple[Molecule, ...],
    values: FloatArray,
    seed: int,
) -> tuple[float, float]:
    """Share of the pool's hypervolume over the campaign, on average and at its end."""
    row = {molecule: i for i, molecule in enumerate(molecules)}
    known = [int(i) for i in np.random.default_rng(seed).choice(len(molecules), START, replace=False)]
    whole = hypervolume(gains(objectives, values), 0.0)
    trace = []
    while True:
        trace.append(hypervolume(gains(objectives, values[known]), 0.0) / whole)
        if len(known) >= END:
            return float(np.mean(trace)), trace[-1]
        told = tuple(molecules[i] for i in known)
        beliefs = {
            name: surrogate.fit(
                Evidence(Property(name, UNITS[k], ""), told, values[known, k], np.zeros(len(known))), seed
            )
            for k, name in enumerate(PROPERTIES)
        }
        pool = [Candidate(m, "library") for m in molecules if m not in set(told)]
        question = Question(
            pool, objectives, beliefs, {}, told, values[known], (), {}, told, BATCH, seed * 1000 + len(known)
        )
        known += [row[pick.candidate.molecule] for pick in acquisition.choose(question)]


def main(data: Path, surrogate: str = "sum_gp") -> None:
    """Print one line for each problem and acquisition."""
    print("problem     acquisition     mean HV          final HV         CPU s a campaign")
    pools = [read(data, POOL, seed) for seed in range(SEEDS)]
    for problem in ("open-ended", "windows"):
        for kind in kinds("surrogates.acquisitions"):
            rows, start = [], time.process_time()
            for seed, (molecules, values) in enumerate(pools):
                part = cast(Acquisition, load("surrogates.acquisitions", kind)())
                model = cast(Surrogate, load("surrogates", surrogate)())
                rows.append(campaign(part, model, problems(values)[problem], molecules, values, seed))
            seconds = (time.process_time() - start) / SEEDS
            mean, spread = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1)
            print(
                f"{problem:<11} {kind:<15} {mean[0]:.3f} ± {spread[0]:.3f}    {mean[1]:.3f} ± {spread[1]:.3f}"
                f"    {seconds:.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
