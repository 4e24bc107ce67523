"""What filling places as they fall free saves, and what deciding on less costs.

    python -m benchmarks.asynchronous PATH/TO/qm9pack/data [--seeds 10] [--workers 1] [--strategy portfolio]

1,000 molecules of QM9 (HOMO minimised, LUMO and dipole maximised, from the worst value of the pool), 20
drawn to begin with and 100 measured in all, on four places. Run times are invented, as QM9 has none:
proportional to the fourth power of the heavy atoms, as a hybrid functional's are, one hour on average; or
lognormal with a median of one hour and a spread of a factor e, as an optimisation's are whose number of
steps is up to luck. Compared are rounds of four with free places filled at once, and with single molecules
on one place, which knows most at each decision. Printed are means with bootstrap 95 % intervals over seeds,
and paired differences from the rounds.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomli_w

from benchmarks.qm9 import PROPERTIES, read
from flows.simulation.measures import REACHED
from flows.simulation.running import run_simulation
from loop.molecule import Molecule
from loop.objective import FloatArray

SIZE, INITIAL, EVALUATIONS, PLACES = 1000, 20, 100, 4
HOUR = 3600.0
ROUNDS, FILLED, SINGLE = "rounds", "filled", "one by one"
RESAMPLES = 10_000


def main() -> None:
    """Run both kinds of run times and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--strategy", default="portfolio", help="kind of an acquisition")
    parser.add_argument("--directory", type=Path, default=Path("build/asynchronous"))
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    molecules, values = read(options.data, SIZE)
    for name, run_times in RUN_TIMES.items():
        stem = f"{name}-{options.strategy}"
        seconds = run_times(molecules)
        table = pd.DataFrame(values, columns=list(PROPERTIES))
        table.insert(0, "smiles", [m.smiles for m in molecules])
        table.assign(seconds=seconds).to_csv(options.directory / f"{stem}.csv", index=False)
        file = options.directory / f"{stem}.toml"
        file.write_text(tomli_w.dumps(simulation(stem, values, options)), encoding="utf-8")
        started = time.perf_counter()
        results = pd.read_csv(run_simulation(file, None).directory / "results.csv")
        shares = np.quantile(seconds / HOUR, (0.05, 0.5, 0.95))
        print(f"\n{stem}: run times {shares[0]:.2f}, {shares[1]:.2f}, {shares[2]:.2f} h (5, 50, 95 %)")
        show(results)
        print(f"{time.perf_counter() - started:.0f} s")


def quartic(molecules: tuple[Molecule, ...]) -> FloatArray:
    """An hour for the average of the fourth powers."""
    powers = np.array([m.heavy_atoms for m in molecules], dtype=np.float64) ** 4
    return np.asarray(HOUR * powers / powers.mean())


def lognormal(molecules: tuple[Molecule, ...]) -> FloatArray:
    """An hour in the median."""
    return np.asarray(HOUR * np.exp(np.random.default_rng(0).standard_normal(len(molecules))))


RUN_TIMES = {"quartic": quartic, "lognormal": lognormal}


def simulation(stem: str, values: FloatArray, options: argparse.Namespace) -> dict[str, Any]:
    """The simulation file, as a user would write it."""
    strategy = {"acquisition": {"kind": options.strategy}}
    return {
        "table": f"{stem}.csv",
        "seconds": "seconds",
        "minimize": {"homo": float(values[:, 0].max())},
        "maximize": {"lumo": float(values[:, 1].min()), "dipole": float(values[:, 2].min())},
        "initial": INITIAL,
        "evaluations": EVALUATIONS,
        "batch": PLACES,
        "places": PLACES,
        "seeds": options.seeds,
        "workers": options.workers,
        "scenarios": [
            {"name": ROUNDS, **strategy},
            {"name": FILLED, "asynchronous": True, **strategy},
            {"name": SINGLE, "batch": 1, "places": 1, **strategy},
        ],
    }


def show(results: pd.DataFrame) -> None:
    """Print a line for each figure, and the paired differences."""
    last = results.groupby(["scenario", "seed"], sort=False).last()
    goal = float(last["hypervolume_share"].min())
    level = results[results["hypervolume_share"] >= goal].groupby(["scenario", "seed"], sort=False).first()
    figures = {
        "hypervolume": last["hypervolume_share"],
        "Pareto recall": last["pareto_recall"],
        f"evaluations to {goal:.3f}": level["evaluations"],
        f"hours to {goal:.3f}": level["clock_seconds"] / HOUR,
        f"hours to {REACHED}": last["seconds_to_reach"] / HOUR,
        "hours in all": last["clock_seconds"] / HOUR,
        "idle": last["idle"],
    }
    for title, column in figures.items():
        runs = column.unstack("scenario")
        print(title)
        for name in (ROUNDS, FILLED, SINGLE):
            print(f"  {name:<16} {_interval(runs[name])}")
        print(f"  {FILLED} - {ROUNDS}  {_interval(runs[FILLED] - runs[ROUNDS])}")
        if "hours" in title:
            print(f"  {FILLED} / {ROUNDS}  {_interval(runs[FILLED] / runs[ROUNDS])}")


def _interval(values: pd.Series[float]) -> str:
    """Mean with its bootstrap 95 % interval, of the seeds that have one."""
    given = values.dropna().to_numpy(float)
    if not len(given):
        return "-"
    drawn = given[np.random.default_rng(0).integers(len(given), size=(RESAMPLES, len(given)))].mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    seeds = "" if len(given) == len(values) else f" ({len(given)} of {len(values)} seeds)"
    return f"{given.mean():.3f} [{low:.3f}, {high:.3f}]{seeds}"


if __name__ == "__main__":
    main()
