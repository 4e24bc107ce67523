"""Speed and memory of the simulator: rounds per CPU second, and what 5,000 rounds leave in memory.

    OMP_NUM_THREADS=1 python -m benchmarks.simulator PATH/TO/qm9pack/data [--rounds 5000]

Speed: 5,000 molecules of QM9, from 50 to 200 measurements in batches of 5, on one core; the features of the
pool are known, as they are from the second simulation on. Memory: one process replays one simulation after
the other on 1,000 molecules, each with another seed; its resident memory is printed on the way.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import sys
from pathlib import Path

import pandas as pd
import tomli_w

from benchmarks.efficiency import goals, labelled
from flows.simulation.replaying import Simulation, open_simulation, replay

DRAW = 150
CASES = (
    ("one objective, scalarised UCB", ("lumo",), "scalarised_ucb"),
    ("one objective, default", ("lumo",), "portfolio"),
    ("three objectives, scalarised UCB", ("homo", "lumo", "dipole"), "scalarised_ucb"),
    ("three objectives, log-EHVI", ("homo", "lumo", "dipole"), "log_ehvi"),
    ("three objectives, default", ("homo", "lumo", "dipole"), "portfolio"),
)


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=5000)
    parser.add_argument("--directory", type=Path, default=Path("build/simulator"))
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, one at work, Python {platform.python_version()}")
    large = labelled(options.data, 5000, DRAW)
    for name, objectives, acquisition in CASES:
        simulation = written(options.directory, large, objectives, acquisition, (50, 200))
        replay(simulation, acquisition, 0)
        print(f"{name}: {speed(simulation, acquisition):.1f} rounds per CPU second", flush=True)
    small = written(options.directory, large[:1000], ("homo", "lumo"), "scalarised_ucb", (20, 120))
    endure(small, options.rounds)
    print(f"Prefect was {'' if 'prefect' in sys.modules else 'not '}imported")


def written(
    directory: Path,
    table: pd.DataFrame,
    objectives: tuple[str, ...],
    acquisition: str,
    measured: tuple[int, int],
) -> Simulation:
    """A simulation of one strategy, initial and final measurements given."""
    stem = f"{len(table)}-{len(objectives)}-{acquisition}"
    table.to_csv(directory / f"{stem}.csv", index=False)
    file = {
        "table": f"{stem}.csv",
        **goals(table, objectives),
        "initial": measured[0],
        "evaluations": measured[1],
        "batch": 5,
        "scenarios": [{"name": acquisition, "acquisition": {"kind": acquisition}}],
    }
    path = directory / f"{stem}.toml"
    path.write_text(tomli_w.dumps(file), encoding="utf-8")
    return open_simulation(path)


def speed(simulation: Simulation, scenario: str) -> float:
    """Rounds that a surrogate decides, per CPU second."""
    rounds = replay(simulation, scenario, 1)
    later = rounds[rounds["round"] > 0]
    return float(1 / (later["fit_seconds"] + later["proposal_seconds"]).mean())


def endure(simulation: Simulation, rounds: int) -> None:
    """Replay until so many rounds are through, and print the resident memory every tenth of them."""
    done, told = 0, 0
    for seed in itertools.count():
        done += len(replay(simulation, "scalarised_ucb", seed))
        if done >= told:
            print(f"after {done} rounds: {resident():.0f} MB", flush=True)
            told += max(rounds // 10, 1)
        if done >= rounds:
            return


def resident() -> float:
    """Resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
