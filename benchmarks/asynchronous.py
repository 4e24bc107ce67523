"""What filling places as they fall free saves, and what deciding on less costs.

    python -m benchmarks.asynchronous PATH/TO/qm9pack/data [--seeds 10] [--places 4] [--run-times lognormal]

For each seed 1,000 molecules of QM9 are drawn (HOMO minimised, LUMO and dipole maximised, from the worst
value of the draw), 20 of them to begin with and 100 measured in all, by the default strategy. Run times are
invented, as QM9 has none: ``quartic``, proportional to the fourth power of the heavy atoms, as a hybrid
functional's are, one hour on average; ``lognormal``, a median of one hour and a spread of a factor e, as an
optimisation's are whose number of steps is up to luck. Compared are rounds of as many molecules as there are
places, free places filled at once, and one molecule after the other on one place, which knows most at each
decision. Levels of hypervolume are held from the very answer on that reached them, not from the end of a
round. Printed are means with bootstrap 95 % intervals over seeds, and paired differences from the rounds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from benchmarks.intervals import interval
from benchmarks.qm9 import PROPERTIES, read
from loop.campaign import State
from loop.definition import Budget, Definition, StopRules
from loop.design import at_random
from loop.labels import Labels, Lookup, Shelf
from loop.metrics import hypervolume
from loop.molecule import Limits
from loop.objective import Direction, FloatArray, Objective, gains
from loop.parts import load
from loop.protocols import Acquisition, Surrogate
from loop.records import Property
from loop.seats import Parts, Source
from loop.simulate import Replayed, simulate

SIZE, INITIAL, EVALUATIONS = 1000, 20, 100
HOUR = 3600.0
LEVELS = (0.7, 0.8, 0.85)
"""Shares of the pool's hypervolume."""

WAYS = ("rounds", "filled", "one by one")


@dataclass(frozen=True)
class Pool:
    """A draw of QM9 with run times."""

    labels: Labels
    objectives: tuple[Objective, ...]

    @property
    def volume(self) -> float:
        """Hypervolume of all of it."""
        return hypervolume(gains(self.objectives, self.labels.values), 0.0)


def main() -> None:
    """Run every way with every seed and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--places", type=int, default=4)
    parser.add_argument("--run-times", choices=["quartic", "lognormal"], default="lognormal")
    options = parser.parse_args()
    rows = []
    for seed in range(options.seeds):
        pool = drawn(options.data, seed, options.run_times)
        for way in WAYS:
            *_, last = replayed(pool, way, options.places, seed)
            rows.append({"way": way, "seed": seed, **figures(pool, last)})
    print(f"{options.run_times} run times, {options.places} places, {options.seeds} seeds")
    show(pd.DataFrame(rows).set_index(["seed", "way"]))


def drawn(data: Path, seed: int, run_times: str) -> Pool:
    """A pool of its own for each seed."""
    molecules, values = read(data, SIZE, seed)
    seconds = HOUR * np.exp(np.random.default_rng(seed).standard_normal(SIZE))
    if run_times == "quartic":
        powers = np.array([m.heavy_atoms for m in molecules], dtype=np.float64) ** 4
        seconds = HOUR * powers / powers.mean()
    properties = tuple(Property(name, "eV or debye", name) for name in PROPERTIES)
    homo, lumo, dipole = properties
    objectives = (
        Objective(homo.name, homo.unit, Direction.MINIMIZE, float(values[:, 0].max())),
        Objective(lumo.name, lumo.unit, Direction.MAXIMIZE, float(values[:, 1].min())),
        Objective(dipole.name, dipole.unit, Direction.MAXIMIZE, float(values[:, 2].min())),
    )
    return Pool(Labels(molecules, properties, values, seconds), objectives)


def replayed(pool: Pool, way: str, places: int, seed: int) -> Iterator[Replayed]:
    """One campaign."""
    places = 1 if way == "one by one" else places
    lookup = Lookup(pool.labels, PROPERTIES, exact=False)
    definition = Definition(
        name=way,
        seed=seed,
        objectives=pool.objectives,
        limits=Limits(),
        budget=Budget(evaluations=EVALUATIONS),
        stop=StopRules(),
        batch=places,
        pool=SIZE,
        in_flight=places if way == "filled" else None,
    )
    parts = Parts(
        [Source(Shelf(pool.labels), 1.0, INITIAL, at_random)],
        [lookup],
        cast(Surrogate, load("surrogates", "sum_gp")()),
        cast(Acquisition, load("surrogates.acquisitions", "portfolio")()),
    )
    return simulate(definition, parts, lambda r: lookup.measure(r.molecule, Path()), places)


def figures(pool: Pool, last: Replayed) -> dict[str, float]:
    """What one campaign came to."""
    at, share = curve(pool, last.state)
    found = {"hypervolume": share[-1], "mean hypervolume on the way": share[INITIAL - 1 :].mean()}
    for level in LEVELS:
        reached = np.flatnonzero(share >= level)
        found[f"measured at {level}"] = reached[0] + 1.0 if len(reached) else np.nan
        found[f"hours to {level}"] = at[reached[0]] / HOUR if len(reached) else np.nan
    return found | {"hours in all": last.state.wall_seconds / HOUR, "idle": last.idle}


def curve(pool: Pool, state: State) -> tuple[FloatArray, FloatArray]:
    """Time of each answer, and the share of the pool's hypervolume held from then on."""
    answers = sorted(state.answers.values(), key=lambda a: a.at)
    order = [pool.labels.rows[a.request.molecule] for a in answers]
    reached = gains(pool.objectives, pool.labels.values[order])
    volumes = [hypervolume(reached[:n], 0.0) for n in range(1, len(order) + 1)]
    return np.array([a.at for a in answers]), np.array(volumes) / pool.volume


def show(table: pd.DataFrame) -> None:
    """Print a block for each figure."""
    for title in table.columns:
        runs = table[title].unstack("way")
        print(title)
        for way in WAYS:
            print(f"  {way:<16} {_interval(runs[way])}")
        print(f"  filled - rounds  {_interval(runs['filled'] - runs['rounds'])}")
        if "hours" in title:
            print(f"  filled / rounds  {_interval(runs['filled'] / runs['rounds'])}")


def _interval(values: pd.Series[float]) -> str:
    """Mean with its 95 % interval, of the seeds that have one."""
    given = values.dropna()
    if not len(given):
        return "-"
    seeds = "" if len(given) == len(values) else f" ({len(given)} of {len(values)} seeds)"
    return interval(given) + seeds


if __name__ == "__main__":
    main()
