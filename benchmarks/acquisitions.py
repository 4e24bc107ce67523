"""Acquisitions against each other, with failures and with costs: what ``docs/decisions/0006`` quotes.

    python -m benchmarks.acquisitions STUDY PATH/TO/qm9pack/data [--seeds 8] [--directory DIR]

``few`` and ``many`` compare acquisitions (1,000 molecules, 20 -> 50 measurements; 5,000, 50 -> 200).
``nitriles`` and ``hydroxyls`` always fail in the study of that name; in ``chance`` a tenth of all requests
does. In ``costs`` a measurement takes the fourth power of the heavy atoms, in seconds; ``sizes`` is the same
on pools with as many small molecules as can be had. Tasks are those of ``benchmarks/efficiency.py`` on draws
100 to 103. Printed are means over paired seeds at the end of the budget, and at equal cost, with bootstrap
95 % intervals of the differences from the first scenario.
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
from rdkit import Chem

from benchmarks.efficiency import THREE, goals, labelled, replayed
from benchmarks.intervals import interval

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
FAILURES = {
    "failures ignored": part("portfolio", feasibility_weight=0.0),
    "feasibility": {},
    "UCB ignoring them": part("scalarised_ucb", feasibility_weight=0.0),
    "UCB and feasibility": part("scalarised_ucb"),
}
COSTS = {
    "costs ignored": {},
    "cost weight a half": part("portfolio", cost_weight=0.5),
    "cost weight one": part("portfolio", cost_weight=1.0),
}


@dataclass(frozen=True)
class Study:
    """A question to replays."""

    size: int
    initial: int
    evaluations: int
    scenarios: Mapping[str, Mapping[str, Any]]
    fails: str | None = None
    small: bool = False


STUDIES = {
    "few": Study(1000, 20, 50, SINGLE),
    "many": Study(5000, 50, 200, TURNS | SINGLE),
    "nitriles": Study(1000, 20, 80, FAILURES, fails="C#N"),
    "hydroxyls": Study(1000, 20, 80, FAILURES, fails="[OX2H]"),
    "chance": Study(1000, 20, 80, {n: {**s, "failures": 0.1} for n, s in FAILURES.items()}),
    "costs": Study(1000, 20, 80, COSTS),
    "sizes": Study(1000, 20, 80, COSTS, small=True),
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
        table = pool(study, data, draw)
        table.to_csv(directory / f"{name}-{draw}.csv", index=False)
        simulation = {
            "table": f"{name}-{draw}.csv",
            "seconds": "seconds",
            "missing": "failure",
            **goals(table, THREE),
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


def pool(study: Study, data: Path, draw: int) -> pd.DataFrame:
    """A draw of QM9 with what a measurement costs, empty where it fails."""
    table = labelled(data, 8 * study.size if study.small else study.size, draw)
    mols = [Chem.MolFromSmiles(smiles) for smiles in table["smiles"]]
    heavy = np.array([mol.GetNumHeavyAtoms() for mol in mols])
    table["seconds"] = heavy.astype(float) ** 4
    if study.fails is not None:
        query = Chem.MolFromSmarts(study.fails)
        table.loc[[mol.HasSubstructMatch(query) for mol in mols], "homo"] = np.nan
    if not study.small:
        return table
    fewer = study.size - int((heavy < 8).sum())
    eight, nine = np.flatnonzero(heavy == 8)[: fewer // 2], np.flatnonzero(heavy == 9)[: fewer - fewer // 2]
    return table.iloc[[*np.flatnonzero(heavy < 8), *eight, *nine]]


def show(results: pd.DataFrame, names: list[str]) -> None:
    """Print one line for each scenario."""
    ends = results.groupby(["scenario", "seed"]).last()
    columns = {"volume": "hypervolume_share", "front": "pareto_recall", "top 1 %": "top_recall"}
    spent = results[results["round"] > 0].groupby("scenario")[["fit_seconds", "proposal_seconds"]].mean()
    failed = ends.groupby("scenario")["failures"].mean()
    heads = "".join(f"{c:>10}{'- first':>26}" for c in columns)
    print(f"{'':<22}{heads}{'failures':>10}{'CPU s/round':>13}")
    for name in names:
        cells = ""
        for column in columns.values():
            values, first = ends.loc[name][column], ends.loc[names[0]][column]
            cells += f"{values.mean():>10.3f}{interval(values - first, '+'):>26}"
        print(f"{name:<22}{cells}{failed[name]:>10.1f}{spent.loc[name].sum():>13.2f}", flush=True)
    for seconds in budgets(results):
        print(f"hypervolume at {seconds / 3600:.1f} core-hours")
        first = at_cost(results, names[0], seconds)
        for name in names:
            held = at_cost(results, name, seconds)
            print(f"  {name:<20}{held.mean():>10.3f}{interval(held - first, '+'):>26}")


def budgets(results: pd.DataFrame) -> list[float]:
    """CPU seconds that every simulation spent: a part of what the cheapest did."""
    least = results.groupby(["scenario", "seed"])["cost_seconds"].last().min()
    return [float(least) * share for share in (0.5, 0.75, 1.0)]


def at_cost(results: pd.DataFrame, name: str, seconds: float) -> pd.Series[float]:
    """Share of the hypervolume each seed held when it had spent so much."""
    paid = results[(results["scenario"] == name) & (results["cost_seconds"] <= seconds)]
    return paid.groupby("seed")["hypervolume_share"].last()


if __name__ == "__main__":
    main()
