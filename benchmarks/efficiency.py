"""How efficient the default strategy is, against controls that try hard: the table of the simulator.

    python -m benchmarks.efficiency PATH/TO/qm9pack/data [--tasks NAME ...] [--seeds 20] [--workers 2]

Every task is a simulation as a user would write it: a table of labelled molecules, a TOML file, ``zincloop
simulate``. Tasks on QM9 minimise HOMO and maximise LUMO and dipole moment from the worst value of the pool,
on draws from 500 on; everything in the default strategy was chosen on draws below. A seed decides the
molecules a campaign begins with. The task ``zinc`` has one pool, the labelled set of ``benchmarks.zinc_set``,
with the objectives and references that ``benchmarks.de_novo`` declares. The largest task, and those that
compare surrogates (on draws from 310 on; give ``surrogates-1000`` eight seeds) run only where they are asked
for. Printed are means at the end of the budget, their bootstrap 95 % intervals over paired seeds, and rounds
per CPU second of the simulator.
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

from benchmarks import de_novo
from benchmarks import zinc_set as zinc
from benchmarks.intervals import interval
from benchmarks.qm9 import read
from flows.simulation.running import run_simulation
from flows.simulation.summary import Summary, summarise
from loop.molecule import parse
from oracles.synthesizability import Synthesizability
from surrogates.gp.electronic import electronic

POOLS = 4
FRESH = 500
"""The first draw of QM9 on which nothing was chosen."""

SCENARIOS: dict[str, dict[str, Any]] = {
    "default": {},
    "random": {"acquisition": {"kind": "random"}},
    "log-EHVI": {"acquisition": {"kind": "log_ehvi"}},
    "UCB": {"acquisition": {"kind": "scalarised_ucb"}},
    "greedy": {"acquisition": {"kind": "greedy"}},
    "Thompson": {"acquisition": {"kind": "thompson"}},
    "graph GA": {"genetic": True},
    "default on 300 nearby": {"generator": {"pool": 300}},
    "train once": {"acquisition": {"kind": "greedy"}, "train_once": True},
    "sort by SA": {"sort_by": "sa"},
    "sort by Hueckel LUMO": {"sort_by": "pi_lumo"},
}
FEW = ("default", "random", "UCB", "greedy")

SURROGATES: dict[str, dict[str, Any]] = {
    "default": {},
    "random": {"acquisition": {"kind": "random"}},
    **{kind: {"surrogate": {"kind": kind}} for kind in ("descriptor_gp", "random_forest", "latent_gp")},
    "choice of three GPs": {"surrogate": {"kind": "loo_choice"}},
    "choice of sum and forest": {
        "surrogate": {"kind": "loo_choice", "candidates": [{"kind": "sum_gp"}, {"kind": "random_forest"}]}
    },
}


@dataclass(frozen=True)
class Task:
    """A kind of campaign, on pools of QM9 or, without a size, on the zinc set."""

    name: str
    size: int
    initial: int
    evaluations: int
    batch: int
    objectives: tuple[str, ...]
    scenarios: tuple[str, ...] = tuple(SCENARIOS)
    pools: int = POOLS
    first_draw: int = FRESH
    on_demand: bool = False


ZINC = (*de_novo.OBJECTIVES, de_novo.ZINC)
THREE = ("homo", "lumo", "dipole")
TASKS = (
    Task("qm9-5000", 5000, 50, 200, 5, THREE),
    Task("qm9-1000", 1000, 20, 50, 5, THREE, pools=20),
    Task("zinc", 0, 42, 210, 7, tuple(o.property for o in ZINC), pools=1, first_draw=0),
    Task("homo-10000", 10_000, 100, 600, 20, ("homo",), FEW, 1),
    Task("lumo-10000", 10_000, 100, 600, 20, ("lumo",), FEW, 1),
    Task("dipole-10000", 10_000, 100, 600, 20, ("dipole",), FEW, 1),
    Task("qm9-50000", 50_000, 100, 500, 20, THREE, FEW, 1, on_demand=True),
    Task("surrogates-1000", 1000, 20, 50, 5, THREE, tuple(SURROGATES), 8, 310, on_demand=True),
    Task("surrogates-5000", 5000, 50, 200, 5, THREE, tuple(SURROGATES), 4, 310, on_demand=True),
)


def main() -> None:
    """Run what is asked for and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tasks", nargs="*", default=[t.name for t in TASKS if not t.on_demand])
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
    for draw in range(task.first_draw, task.first_draw + task.pools):
        stem = f"{task.name}-{draw}"
        table = labelled(data, task.size, draw) if task.size else zinc_set()
        table.to_csv(directory / f"{stem}.csv", index=False)
        simulation = {
            "table": f"{stem}.csv",
            **(goals(table, task.objectives) if task.size else zinc_goals()),
            "initial": task.initial,
            "evaluations": task.evaluations,
            "batch": task.batch,
            "seeds": seeds // task.pools,
            "seed": draw * 1000,
            "workers": workers,
            "scenarios": [{"name": name, **(SCENARIOS | SURROGATES)[name]} for name in task.scenarios],
        }
        file = directory / f"{stem}.toml"
        file.write_text(tomli_w.dumps(simulation), encoding="utf-8")
        yield file


def goals(table: pd.DataFrame, objectives: Sequence[str]) -> dict[str, dict[str, float]]:
    """HOMO minimised, the others maximised, from the worst value of the table."""
    lowest = {name: float(table[name].max()) for name in objectives if name == "homo"}
    highest = {name: float(table[name].min()) for name in objectives if name != "homo"}
    return {"minimize": lowest, "maximize": highest}


def zinc_set() -> pd.DataFrame:
    """The labelled zinc set with its costs, and a descriptor that costs nothing; empty cells are failures."""
    if not zinc.TABLE.exists():
        raise SystemExit(f"{zinc.TABLE} is not there yet; python -m benchmarks.zinc_set computes it")
    table = pd.read_parquet(zinc.TABLE)
    found = table[["smiles", *(c for c in table.columns if " / " in c)]].copy()
    found["cpu_seconds"] = table.filter(like="seconds ").sum(axis=1)
    found["pi_lumo"] = [electronic(parse(smiles).rdkit())[1] for smiles in found["smiles"]]
    return found


def zinc_goals() -> dict[str, Any]:
    """The objectives of the de-novo benchmark, SA known beforehand; what failed is there to fail."""
    return {
        "missing": "failure",
        "seconds": "cpu_seconds",
        "objectives": [
            {
                "property": o.property,
                "unit": o.unit,
                "direction": str(o.direction),
                "reference": o.reference,
                "known": o.property == "sa",
            }
            for o in ZINC
        ],
    }


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
        f"\n{task.name}: {', '.join(task.objectives)}; {task.size or 'all'} molecules, {task.initial} -> "
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
        volume, recall = (_paired(results, other, column) for column in columns[:2])
        print(f"default over {other}: hypervolume {volume}, Pareto recall {recall}")
    print(summary.advice)


def _rivals(summary: Summary) -> Sequence[str]:
    """The best of the others, and random."""
    others = [name for name in summary.table["scenario"] if name != "default"]
    return list(dict.fromkeys([*others[:2], "random"]))


def _paired(results: pd.DataFrame, other: str, column: str) -> str:
    last = results.groupby(["scenario", "seed"])[column].last().unstack("scenario")
    return interval(last["default"] - last[other], "+")


if __name__ == "__main__":
    main()
