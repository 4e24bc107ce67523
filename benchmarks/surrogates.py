"""Compare the surrogates on QM9: held-out negative log-likelihood, error, calibration and time.

    python -m benchmarks.surrogates PATH/TO/qm9pack/data [--draw 0] [--kinds sum_gp ...]

Reads 3,600 molecules; fits to 100, 300 and 500 of them in ten random splits (seeds 0 to 9) and predicts 2,000
others. The predictive variance of a measurement is the belief's plus the
fitted noise. The miscalibration area lies between the share of measurements found inside central intervals
and the share promised, from 0 to 0.5 (Kuleshov et al., arXiv:1807.00263; Tran et al.,
10.1088/2632-2153/ab7e1a).

Printed after each size where all are compared: what the lowest leave-one-out NLL picks, as ``loo_choice``
does, how often that is the best held-out one, and how many nats it and a fixed surrogate lose against that.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.qm9 import PROPERTIES, read
from flows.seating import seated
from generators.vae import VAE
from loop.calibration import miscalibration_area
from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.parts import kinds, load
from loop.protocols import Evidence
from loop.records import Property
from surrogates.loo_choice import USUAL

SEEDS = 10
SIZES = (100, 300, 500)
HELD_OUT = 2000
SINGLE = tuple(kind for kind in kinds("surrogates") if kind != "loo_choice")
FIGURES = ("nll", "rmse", "coverage", "area", "loo_nll", "seconds")


def judge(
    kind: str, train: tuple[Molecule, ...], y: FloatArray, test: tuple[Molecule, ...], z: FloatArray
) -> list[float]:
    """NLL, RMSE, coverage, miscalibration area, leave-one-out NLL and CPU seconds of one fit."""
    surrogate = seated(load("surrogates", kind)(), [VAE()])
    start = time.process_time()
    belief = surrogate.fit(Evidence(Property("p", "1", "one of QM9's"), train, y, np.zeros(len(y))), 0)
    loo_nll = belief.diagnostics["loo_nll"]
    seconds = time.process_time() - start
    mean, sd = belief.predict(test)
    spread = np.hypot(sd, belief.diagnostics["noise_sd"])
    error = z - mean
    nll = 0.5 * np.log(2 * np.pi * spread**2) + 0.5 * (error / spread) ** 2
    inside = np.abs(error) <= 1.959964 * spread
    rmse = np.sqrt((error**2).mean())
    return [nll.mean(), rmse, inside.mean(), miscalibration_area(error / spread), loo_nll, seconds]


def judged(
    molecules: Sequence[Molecule], values: FloatArray, n: int, compared: Sequence[str]
) -> pd.DataFrame:
    """One row for each split, property and surrogate."""
    rows = []
    for seed in range(SEEDS):
        order = np.random.default_rng(seed).permutation(len(molecules))
        ours, others = order[:n], order[n : n + HELD_OUT]
        train, test = tuple(molecules[i] for i in ours), tuple(molecules[i] for i in others)
        for column, name in enumerate(PROPERTIES):
            for kind in compared:
                found = judge(kind, train, values[ours, column], test, values[others, column])
                rows.append([seed, name, kind, *found])
    return pd.DataFrame(rows, columns=["seed", "property", "kind", *FIGURES])


def show(n: int, table: pd.DataFrame) -> None:
    """Print one line for each surrogate and property."""
    print("n    surrogate      property  NLL            RMSE           coverage  area   LOO NLL  CPU s")
    for key, some in table.groupby(["kind", "property"], sort=False):
        mean, sd = some[list(FIGURES)].mean(), some[list(FIGURES)].std()
        print(
            f"{n:<4} {key[0]:<14} {key[1]:<9} {mean['nll']:6.3f} ± {sd['nll']:.3f} {mean['rmse']:6.3f} ± "
            f"{sd['rmse']:.3f} {mean['coverage']:8.3f} {mean['area']:6.3f} {mean['loo_nll']:8.3f} "
            f"{mean['seconds']:6.3f}"
        )
    for kind, some in table.groupby("kind", sort=False):
        said = f"mean NLL over properties {some['nll'].mean():.3f}, mean area {some['area'].mean():.3f}"
        print(f"{n:<4} {kind:<14} {said}", flush=True)


def show_choice(n: int, table: pd.DataFrame, candidates: Sequence[str]) -> None:
    """Print what leave-one-out picks among candidates, and what that costs held out."""
    some = table[table["kind"].isin(candidates)]
    by_case = some.groupby(["property", "seed"])
    picked = some.loc[by_case["loo_nll"].idxmin()].set_index(["property", "seed"])
    best = some.loc[by_case["nll"].idxmin()].set_index(["property", "seed"])
    right = (picked["kind"] == best["kind"]).groupby("property").sum()
    print(f"{n:<4} leave-one-out among {', '.join(candidates)}")
    for name in PROPERTIES:
        chosen = picked.xs(name)["kind"].to_list()
        print(f"     {name:<7} {dict(Counter(chosen))}; the best held out in {right[name]} of {len(chosen)}")
    least = best["nll"].mean()
    losses = {kind: some.loc[some["kind"] == kind, "nll"].mean() - least for kind in candidates}
    fixed = ", ".join(f"{kind} {loss:.3f}" for kind, loss in losses.items())
    print(f"     nats lost against the best: the choice {picked['nll'].mean() - least:.3f}; always {fixed}")


def main() -> None:
    """Print the tables of each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--draw", type=int, default=0)
    parser.add_argument("--kinds", nargs="*", choices=SINGLE, default=list(SINGLE))
    options = parser.parse_args()
    molecules, values = read(options.data, 3600, options.draw)
    for n in SIZES:
        table = judged(molecules, values, n, options.kinds)
        show(n, table)
        for candidates in (USUAL, SINGLE):
            if set(candidates) <= set(options.kinds):
                show_choice(n, table, candidates)


if __name__ == "__main__":
    main()
