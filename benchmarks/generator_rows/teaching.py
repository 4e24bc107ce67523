"""What teaching the weights 200 measurements takes, and what it costs in reconstruction."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.generator_rows.row import Options, data, measured, trained
from benchmarks.rows import Result
from generators.latent.lessons import learned
from loop.molecule import Molecule
from loop.protocols import Lesson

WHAT = "teaching 200 measurements (HOMO and LUMO of QM9 molecules held out) with replay, one thread"
TARGET = "60 s; -2 points"

MEASURED, SECONDS, FALL = 200, 60.0, 0.02


def run(options: Options) -> Result:
    """The highest LUMO first, as if it were the objective."""
    network, known = trained(options), data(options.weights)
    molecules = measured(known.judged, known, network, ("homo", "lumo"))[:MEASURED]
    lumo = {m: known.labels[m]["lumo"] for m in molecules}

    def best(molecule: Molecule) -> float:
        return -lumo[molecule]

    order = tuple(sorted(molecules, key=best))
    homo = {m: known.labels[m]["homo"] for m in molecules}
    lesson = Lesson(order, {"homo": homo, "lumo": lumo}, {"lumo": (lumo[order[MEASURED // 10]], 0.2)})
    with tempfile.TemporaryDirectory() as place:
        began = time.monotonic()
        kept = learned(network, lesson, options.seed, Path(place))
        seconds = time.monotonic() - began
    print(f"  {dict(kept.account)}; kept: {kept.better}", flush=True)
    fall = kept.account["reconstruction_before"] - kept.account["reconstruction_after"]
    error = f"{kept.account['misjudged_before']:.3f} -> {kept.account['misjudged_after']:.3f} spreads"
    better = "kept" if kept.better else "not kept"
    figure = f"{seconds:.0f} s; {-100 * fall:+.1f} points; error of held-out measurements {error}, {better}"
    return Result(figure, seconds <= SECONDS and fall <= FALL)
