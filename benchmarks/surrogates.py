"""Compare the surrogates on QM9: held-out negative log-likelihood, error, calibration and time.

    python -m benchmarks.surrogates PATH/TO/qm9pack/data

Reads 3,600 molecules; fits to 100, 300 and 500 of them in five random splits and predicts 2,000 others. The
predictive variance of a measurement is the belief's plus the fitted noise. The miscalibration area lies
between the share of measurements found inside central intervals and the share promised, from 0 to 0.5
(Kuleshov et al., arXiv:1807.00263; Tran et al., 10.1088/2632-2153/ab7e1a).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import cast

import numpy as np

from benchmarks.qm9 import PROPERTIES, read
from loop.calibration import miscalibration_area
from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.parts import kinds, load
from loop.protocols import Evidence, Surrogate
from loop.records import Property

SEEDS = 5
SIZES = (100, 300, 500)
HELD_OUT = 2000


def judge(
    kind: str, train: tuple[Molecule, ...], y: FloatArray, test: tuple[Molecule, ...], z: FloatArray
) -> list[float]:
    """NLL, RMSE, coverage, miscalibration area, leave-one-out NLL and CPU seconds of one fit."""
    surrogate = cast(Surrogate, load("surrogates", kind)())
    start = time.process_time()
    belief = surrogate.fit(Evidence(Property("p", "1", "one of QM9's"), train, y, np.zeros(len(y))), 0)
    seconds = time.process_time() - start
    mean, sd = belief.predict(test)
    spread = np.hypot(sd, belief.diagnostics["noise_sd"])
    error = z - mean
    nll = 0.5 * np.log(2 * np.pi * spread**2) + 0.5 * (error / spread) ** 2
    inside = np.abs(error) <= 1.959964 * spread
    rmse = np.sqrt((error**2).mean())
    area = miscalibration_area(error / spread)
    return [nll.mean(), rmse, inside.mean(), area, belief.diagnostics["loo_nll"], seconds]


def main(data: Path) -> None:
    """Print one line for each size, surrogate and property."""
    molecules, values = read(data, 3600)
    print("n    surrogate      property  NLL            RMSE           coverage  area   LOO NLL  CPU s")
    for n in SIZES:
        for kind in kinds("surrogates"):
            for column, name in enumerate(PROPERTIES):
                rows = []
                for seed in range(SEEDS):
                    order = np.random.default_rng(seed).permutation(len(molecules))
                    ours, others = order[:n], order[n : n + HELD_OUT]
                    train, test = tuple(molecules[i] for i in ours), tuple(molecules[i] for i in others)
                    rows.append(judge(kind, train, values[ours, column], test, values[others, column]))
                mean, sd = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1)
                print(
                    f"{n:<4} {kind:<14} {name:<9} {mean[0]:6.3f} ± {sd[0]:.3f} {mean[1]:6.3f} ± {sd[1]:.3f} "
                    f"{mean[2]:8.3f} {mean[3]:6.3f} {mean[4]:8.3f} {mean[5]:6.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
