"""Compare initial designs on QM9: what a surrogate knows of everything else after a dozen measurements.

    python -m benchmarks.designs PATH/TO/qm9pack/data

For each seed, 1,000 molecules are the pool of the design and 2,000 others are predicted by the default
surrogate fitted to 12 chosen ones. Printed: RMSE and rank correlation, mean over seeds with the standard
error, and the mean paired difference against a random design.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from scipy.stats import spearmanr

from benchmarks.qm9 import PROPERTIES, read
from loop.design import representative
from loop.molecule import Molecule, similarities
from loop.objective import FloatArray
from loop.parts import load
from loop.protocols import Evidence, Surrogate
from loop.records import Candidate, Property

SEEDS, SIZE, POOL, HELD_OUT = 30, 12, 1000, 2000
SURROGATE = "sum_gp"


def at_random(pool: Sequence[Molecule], n: int, seed: int) -> list[Molecule]:
    """A uniform draw."""
    return [pool[i] for i in np.random.default_rng(seed).choice(len(pool), n, replace=False)]


def max_min(pool: Sequence[Molecule], n: int, seed: int) -> list[Molecule]:
    """Farthest-point selection, Ashton et al., 10.1002/qsar.200290002."""
    first = int(np.random.default_rng(seed).integers(len(pool)))
    chosen, nearest = [first], similarities(pool[first], pool)
    while len(chosen) < n:
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, similarities(pool[chosen[-1]], pool))
    return [pool[i] for i in chosen]


def ours(pool: Sequence[Molecule], n: int, seed: int) -> list[Molecule]:
    """What a campaign does."""
    picks = representative([Candidate(m, "library") for m in pool], n, (), seed)
    return [p.candidate.molecule for p in picks]


DESIGNS: dict[str, Callable[[Sequence[Molecule], int, int], list[Molecule]]] = {
    "random": at_random,
    "farthest point": max_min,
    "representative": ours,
}


def judge(
    design: Callable[[Sequence[Molecule], int, int], list[Molecule]],
    molecules: Sequence[Molecule],
    values: FloatArray,
    seed: int,
) -> FloatArray:
    """RMSE and rank correlation, shape ``(n_properties, 2)``."""
    order = np.random.default_rng(seed).permutation(len(molecules))
    pool, test = [molecules[i] for i in order[:POOL]], [molecules[i] for i in order[POOL : POOL + HELD_OUT]]
    row = {m: i for i, m in enumerate(molecules)}
    chosen = tuple(design(pool, SIZE, seed))
    surrogate = cast(Surrogate, load("surrogates", SURROGATE)())
    found = []
    for column, name in enumerate(PROPERTIES):
        known = values[[row[m] for m in chosen], column]
        belief = surrogate.fit(Evidence(Property(name, "1", name), chosen, known, np.zeros(SIZE)), seed)
        mean, _ = belief.predict(test)
        truth = values[[row[m] for m in test], column]
        found.append([np.sqrt(((mean - truth) ** 2).mean()), spearmanr(mean, truth).statistic])
    return np.nan_to_num(np.array(found))


def main(data: Path) -> None:
    """Print one line for each property and design."""
    molecules, values = read(data, POOL + HELD_OUT)
    table = {
        name: np.array([judge(design, molecules, values, seed) for seed in range(SEEDS)])
        for name, design in DESIGNS.items()
    }
    print(f"{SIZE} of {POOL} molecules chosen, {HELD_OUT} predicted, {SEEDS} seeds, {SURROGATE}")
    print("property  design          RMSE             against random     rank correlation  against random")
    for column, prop in enumerate(PROPERTIES):
        for name, rows in table.items():
            line = f"{prop:<9} {name:<15}"
            for metric in (0, 1):
                mine, chance = rows[:, column, metric], table["random"][:, column, metric]
                error, difference = mine.std(ddof=1) / SEEDS**0.5, mine - chance
                line += (
                    f" {mean_of(mine, error)}   {mean_of(difference, difference.std(ddof=1) / SEEDS**0.5)}"
                )
            print(line)


def mean_of(values: FloatArray, error: float) -> str:
    """Mean with its standard error."""
    return f"{values.mean():7.3f} ± {error:.3f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
