"""Acquisitions against each other, with failures and with costs: what ``docs/decisions/0006`` quotes.

    python -m benchmarks.acquisitions STUDY PATH/TO/qm9pack/data [--seeds 8] [--directory DIR]

Studies: ``few`` (1,000 molecules, 20 -> 50 measurements), ``many`` (5,000, 50 -> 200), ``failures`` and
``costs`` (1,000, 20 -> 80). Tasks are those of ``benchmarks/efficiency.py`` on other pools: draws 100 to 103.
Printed are means over paired seeds at the end of the budget and bootstrap 95 % intervals of the differences
from the first scenario.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomli_w

from benchmarks.efficiency import labelled, replayed

DRAWS = (100, 101, 102, 103)


def part(kind: str, **settings: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever TOML can hold
    """An acquisition as a scenario has it."""
    return {"acquisition": {"kind": kind, **settings}}


SINGLE = {
    "log-EHVI": part("log_ehvi"),
    "log-NParEGO": part("log_nparego"),
    "HV probability": part("hv_probability"),
    "Pareto membership": part("pareto_membership"),
    "UCB": part("scalarised_ucb"),
    "Thompson": part("thompson"),
    "greedy": part("greedy"),
    "random": part("random"),
}
TURNS = {
    "EHVI and membership": {},
    "EHVI and probability": part("portfolio", turns=["log_ehvi", "hv_probability"]),
    "EHVI and ParEGO": part("portfolio", turns=["log_ehvi", "log_nparego"]),
}


@dataclass(frozen=True)
class Study:
    """A question to replays."""

    size: int
    initial: int
    evaluations: int
    scenarios: Mapping[str, Mapping[str, Any]]


STUDIES = {
    "few": Study(1000, 20, 50, SINGLE),
    "many": Study(5000, 50, 200, TURNS | SINGLE),
}


def main() -> None:
    """Run one study and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--directory", type=Path, default=Path("build/acquisitions"))
    options = parser.parse_args()
    study = STUDIES[options.study]
    files = written(options.study, study, options.data, options.directory, options.seeds // len(DRAWS))
    results = pd.concat([replayed(file) for file in files], ignore_index=True)
    show(results, list(study.scenarios))


def written(name: str, study: Study, data: Path, directory: Path, seeds: int) -> Iterator[Path]:
    """Write table and simulation file of each pool."""
    directory.mkdir(parents=True, exist_ok=True)
    for draw in DRAWS:
        table = labelled(data, study.size, draw)
        table.to_csv(directory / f"{name}-{draw}.csv", index=False)
        simulation = {
            "table": f"{name}-{draw}.csv",
            "minimize": {"homo": float(table["homo"].max())},
            "maximize": {column: float(table[column].min()) for column in ("lumo", "dipole")},
            "initial": study.initial,
            "evaluations": study.evaluations,
            "seeds": seeds,
            "seed": draw * 1000,
            "workers": 1,
            "scenarios": [{"name": name, **settings} for name, settings in study.scenarios.items()],
        }
        file = directory / f"{name}-{draw}.toml"
        file.write_text(tomli_w.dumps(simulation), encoding="utf-8")
        yield file


def show(results: pd.DataFrame, names: list[str]) -> None:
    """Print one line for each scenario."""
    ends = results.groupby(["scenario", "seed"]).last()
    columns = ("hypervolume_share", "pareto_recall", "top_recall")
    spent = results[results["round"] > 0].groupby("scenario")[["fit_seconds", "proposal_seconds"]].mean()
    print(f"{'':<22}" + "".join(f"{c:>10}{'- first':>26}" for c in columns) + f"{'CPU s/round':>13}")
    for name in names:
        cells = ""
        for column in columns:
            values, first = ends.loc[name][column], ends.loc[names[0]][column]
            cells += f"{values.mean():>10.3f}{interval((values - first).to_numpy()):>26}"
        print(f"{name:<22}{cells}{spent.loc[name].sum():>13.2f}", flush=True)


def interval(differences: np.ndarray) -> str:
    """Mean with its bootstrap 95 % interval over seeds."""
    drawn = np.random.default_rng(0).choice(differences, (4000, len(differences))).mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{differences.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


if __name__ == "__main__":
    main()
