"""How efficient the default strategy is, against controls that try hard: the table of the simulator.

    python -m benchmarks.efficiency PATH/TO/qm9pack/data [--tasks NAME ...] [--seeds 20] [--workers 2]

Every task is a simulation as a user would write it: tables of labelled molecules, a TOML file, ``zincloop
simulate``. Tasks on QM9 (HOMO minimised, LUMO and dipole maximised, from the worst value of the pool) draw
four pools; a seed decides the molecules a campaign begins with. The present descriptors, trend, criteria and
settings were chosen on draws from 100 on. The pools here (draws 0 to 3) are not untouched all the same: the
sum of two kernels was chosen earlier on draws 0 to 19, the way the reference is declared on draw 0, and draws
of one data set share molecules. Printed are means at the end of the budget, their bootstrap 95 % intervals
over paired seeds, and rounds per CPU second of the simulator.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w

from benchmarks.qm9 import read
from flows.simulation.running import run_simulation
from flows.simulation.summary import Summary, summarise
from oracles.synthesizability import Synthesizability
from surrogates.gp.electronic import electronic

POOLS = 4

SCENARIOS: dict[str, dict[str, Any]] = {
    "default": {},
    "random": {"acquisition": {"kind": "random"}},
    "log-EHVI": {"acquisition": {"kind": "log_ehvi"}},
    "UCB": {"acquisition": {"kind": "scalarised_ucb"}},
    "greedy": {"acquisition": {"kind": "greedy"}},
    "Thompson": {"acquisition": {"kind": "thompson"}},
    "train once": {"acquisition": {"kind": "greedy"}, "train_once": True},
    "sort by SA": {"sort_by": "sa"},
    "sort by Hueckel LUMO": {"sort_by": "pi_lumo"},
}
FEW = ("default", "random", "UCB", "greedy")


@dataclass(frozen=True)
class Task:
    """A kind of campaign on pools of QM9."""

    name: str
    size: int
    initial: int
    evaluations: int
    batch: int
    objectives: tuple[str, ...]
    scenarios: tuple[str, ...] = tuple(SCENARIOS)
    pools: int = POOLS
    first: int = 0


TASKS = (
    Task("qm9-5000", 5000, 50, 200, 5, ("homo", "lumo", "dipole")),
    Task("qm9-1000", 1000, 20, 50, 5, ("homo", "lumo", "dipole")),
    Task("homo-10000", 10_000, 100, 600, 20, ("homo",), FEW, 1),
    Task("lumo-10000", 10_000, 100, 600, 20, ("lumo",), FEW, 1),
    Task("dipole-10000", 10_000, 100, 600, 20, ("dipole",), FEW, 1),
    Task("lumo-5000", 5000, 50, 200, 5, ("lumo",), FEW, 1),
)


def main() -> None:
    """Run what is asked for and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tasks", nargs="*", default=[t.name for t in TASKS])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--directory", type=Path, default=Path("build/efficiency"))
    options = parser.parse_args()
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, {options.workers} at work, Python {platform.python_version()}")
    for task in TASKS:
        if task.name in options.tasks:
            files = written(task, options.data, options.directory, options.seeds, options.workers)
            results = pd.concat([replayed(file) for file in files], ignore_index=True)
            show(task, summarise(results), results)


def written(task: Task, data: Path, directory: Path, seeds: int, workers: int) -> Iterator[Path]:
    """Write table and simulation file of each pool."""
    directory.mkdir(parents=True, exist_ok=True)
    for pool in range(task.first, task.first + task.pools):
        stem = f"{task.name}-{pool}"
        table = labelled(data, task.size, pool)
        table.to_csv(directory / f"{stem}.csv", index=False)
        worst = {name: table[name].max() if name == "homo" else table[name].min() for name in task.objectives}
        lowest = {n: float(worst[n]) for n in task.objectives if n == "homo"}
        highest = {n: float(worst[n]) for n in task.objectives if n != "homo"}
        simulation = {
            "table": f"{stem}.csv",
            "minimize": lowest,
            "maximize": highest,
            "initial": task.initial,
            "evaluations": task.evaluations,
            "batch": task.batch,
            "seeds": seeds // task.pools,
            "seed": pool * 1000,
            "workers": workers,
            "scenarios": [{"name": name, **SCENARIOS[name]} for name in task.scenarios],
        }
        file = directory / f"{stem}.toml"
        file.write_text(tomli_w.dumps(simulation), encoding="utf-8")
        yield file


def labelled(data: Path, size: int, seed: int) -> pd.DataFrame:
    """A draw of QM9 with two descriptors that cost nothing."""
    molecules, values = read(data, size, seed)
    table = pd.DataFrame(values, columns=["homo", "lumo", "dipole"]).astype(float)
    table.insert(0, "smiles", [m.smiles for m in molecules])
    table["sa"] = Synthesizability().values(molecules)[:, 0]
    table["pi_lumo"] = [electronic(m.rdkit())[1] for m in molecules]
    return table


def replayed(file: Path, directory: Path | None = None) -> pd.DataFrame:
    """Run one simulation, as far as it is not run yet in its directory."""
    return pd.read_csv(run_simulation(file, directory).directory / "results.csv")


def show(task: Task, summary: Summary, results: pd.DataFrame) -> None:
    """Print one line for each scenario."""
    print(
        f"\n{task.name}: {', '.join(task.objectives)}; {task.size} molecules, {task.initial} -> "
        f"{task.evaluations} measurements, batch {task.batch}, {results['seed'].nunique()} seeds"
    )
    columns = ("hypervolume_share", "pareto_recall", "top_recall")
    print(
        f"{'strategy':<22}{'hypervolume':>22}{'Pareto recall':>22}{'top 1 % recall':>22}{'rounds/CPU s':>14}"
    )
    for name in summary.table["scenario"]:
        some = results[results["scenario"] == name]
        last = some.groupby("seed").last()
        later = some[some["round"] > 0]
        cells = "".join(f"{interval(last[column]):>22}" for column in columns)
        print(
            f"{name:<22}{cells}{1 / (later['fit_seconds'] + later['proposal_seconds']).mean():>14.3g}",
            flush=True,
        )
    for other in _rivals(summary):
        difference = _paired(results, "default", other)
        print(f"default over {other}: hypervolume {difference}")
    print(summary.advice)


def _rivals(summary: Summary) -> Sequence[str]:
    """The best of the others, and random."""
    others = [name for name in summary.table["scenario"] if name != "default"]
    return list(dict.fromkeys([*others[:2], "random"]))


def _paired(results: pd.DataFrame, one: str, other: str) -> str:
    last = results.groupby(["scenario", "seed"])["hypervolume_share"].last().unstack("scenario")
    return interval(last[one] - last[other])


def interval(values: pd.Series[float]) -> str:
    """Mean with its bootstrap 95 % interval."""
    drawn = [values.sample(frac=1.0, replace=True, random_state=k).mean() for k in range(1000)]
    low, high = pd.Series(drawn).quantile([0.025, 0.975])
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
