"""What it is worth to look at candidates with a cheap calculation before the dear one: two fidelities.

    python -m benchmarks.screening PATH/TO/qm9pack/data [--pools 3] [--seeds 21] [--workers 2]

Pools of 1,000 molecules of QM9 on draws from 500 on, HOMO minimised, LUMO and dipole moment maximised, from
20 to 50 measurements in batches of 5. The dear values are QM9's (B3LYP); the cheap ones are GFN1-xTB in gas
at a force-field conformer, computed here and kept. Costs are CPU seconds: of the cheap values as measured, of
the dear ones as the part ``orbitals`` estimates its own. A scenario ``screen N`` asks for the cheap values of
the N most promising candidates before each round. Printed are means at the end of the budget with bootstrap
95 % intervals over paired seeds, and what was spent in units of one dear evaluation.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from pathlib import Path

import pandas as pd
import tomli_w
from rich.progress import track

from benchmarks.efficiency import FRESH, THREE, goals, labelled, replayed
from benchmarks.electronic_table import computed
from benchmarks.intervals import interval
from loop.molecule import parse
from oracles.orbitals import Orbitals

SIZE = 1000
SCREENED = (25, 50, 100, SIZE)
UNITS = {"homo": "eV", "lumo": "eV", "dipole": "debye"}


def main() -> None:
    """Compute the cheap values, replay, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pools", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=21)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--directory", type=Path, default=Path("build/screening"))
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, {options.workers} at work, Python {platform.python_version()}")
    results = []
    for draw in range(FRESH, FRESH + options.pools):
        table = labelled(options.data, SIZE, draw)
        cheap = [estimated(s, options.directory) for s in track(table["smiles"], f"estimates of pool {draw}")]
        table = table.join(pd.DataFrame(cheap))
        table["seconds"] = [Orbitals().expected_cpu_seconds(parse(s)) for s in table["smiles"]]
        file = written(table, draw, options.directory, options.seeds // options.pools, options.workers)
        results.append(replayed(file))
    show(pd.concat(results, ignore_index=True), table)


def estimated(smiles: str, directory: Path) -> dict[str, float]:
    """Cheap values of one molecule and what they cost; empty where the calculation fails."""
    molecule = parse(smiles)
    kept = directory / "estimates" / f"{molecule.inchikey}.json"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        started = time.process_time()
        found = {f"cheap {name}": value for name, value in computed(molecule).items()}
        kept.write_text(json.dumps({**found, "cheap seconds": time.process_time() - started}))
    return dict(json.loads(kept.read_text()))


def written(table: pd.DataFrame, draw: int, directory: Path, seeds: int, workers: int) -> Path:
    """Write table and simulation file of a pool."""
    table.to_csv(directory / f"{draw}.csv", index=False)
    simulation = {
        "table": f"{draw}.csv",
        "missing": "failure",
        "seconds": "seconds",
        "screening_seconds": "cheap seconds",
        "initial": 20,
        "evaluations": 50,
        "batch": 5,
        "seeds": seeds,
        "seed": draw * 1000,
        "workers": workers,
        "objectives": [
            {
                "property": name,
                "unit": UNITS[name],
                "direction": way,
                "reference": reference,
                "cheaper": f"cheap {name}",
            }
            for way, references in goals(table, THREE).items()
            for name, reference in references.items()
        ],
        "scenarios": [
            {"name": "default"},
            {"name": "random", "acquisition": {"kind": "random"}},
            *({"name": f"screen {n}", "screen": n} for n in SCREENED),
        ],
    }
    file = directory / f"{draw}.toml"
    file.write_text(tomli_w.dumps(simulation), encoding="utf-8")
    return file


def show(results: pd.DataFrame, table: pd.DataFrame) -> None:
    """Print one line for each scenario, and the paired differences from the default."""
    last = results.groupby(["scenario", "seed"]).last().reset_index()
    print(
        f"\n{last['seed'].nunique()} seeds; an estimate costs {table['cheap seconds'].mean():.2f} CPU seconds"
    )
    print(f"{'scenario':<14}{'hypervolume':>22}{'over default':>26}{'Pareto recall':>22}{'spent':>10}")
    shares = last.pivot_table(index="seed", columns="scenario", values="hypervolume_share")
    for name in dict.fromkeys(results["scenario"]):
        some = last[last["scenario"] == name]
        over = "" if name == "default" else interval(shares[name] - shares["default"], "+")
        print(
            f"{name:<14}{interval(some['hypervolume_share']):>22}{over:>26}{interval(some['pareto_recall']):>22}"
            f"{some['cost_seconds'].mean() / table['seconds'].mean():>10.2f}"
        )


if __name__ == "__main__":
    main()
