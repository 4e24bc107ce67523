"""Every figure on how campaigns decide, one benchmark after the other: hours, and as many as are asked for.

    python -m benchmarks.decisions PATH/TO/qm9pack/data [--only ROW ...] [--list]

Each row is a command of its own, printed before its output; most keep what they have computed and go on where
they were stopped. BayBE is compared only where it is installed (``pip install '.[baybe]'``, best in an
environment of its own).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

DATA = "PATH/TO/qm9pack/data"

ROWS: Mapping[str, tuple[str, Sequence[str]]] = {
    "efficiency": (
        "shares of the hypervolume, Pareto recall, top 1 % recall against every control",
        ("benchmarks.efficiency", DATA),
    ),
    "baybe": ("the same campaigns by BayBE, and CPU a round", ("benchmarks.baybe_comparison", DATA)),
    "screening": ("cheap estimates before dear measurements", ("benchmarks.screening", DATA)),
    "de-novo": ("the autoencoder against the list and a graph GA", ("benchmarks.de_novo",)),
    "proposal": ("8 of 10,000, 4 objectives, 1,000 labels", ("benchmarks.proposal", "--measured", "1000")),
    "large-proposal": (
        "8 of 100,000, 4 objectives, 1,000 labels",
        ("benchmarks.proposal", "--measured", "1000", "--pool", "100000"),
    ),
    "simulator": ("rounds per CPU second, and memory", ("benchmarks.simulator", DATA)),
    "calibration": (
        "miscalibration area of the default surrogate, 100 to 500 labels",
        ("benchmarks.surrogates", DATA, "--draw", "300", "--kinds", "sum_gp"),
    ),
    "asynchronous": ("free places filled against rounds", ("benchmarks.asynchronous", DATA)),
}


def main() -> int:
    """Run the rows asked for; returns how many failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--only", nargs="*", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--list", action="store_true", help="print the commands and run nothing")
    options = parser.parse_args()
    failed = []
    for name in options.only:
        what, words = ROWS[name]
        if name == "baybe" and find_spec("baybe") is None:
            print(f"\n## {name}: left out, BayBE is not installed", flush=True)
            continue
        command = ["-m", *(options.data if word == DATA else word for word in words)]
        print(f"\n## {name}: {what}\n$ OMP_NUM_THREADS=1 python {' '.join(command)}", flush=True)
        if not options.list and run(command):
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def run(command: Sequence[str]) -> int:
    """Exit status of Python with these arguments, on one thread."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.run([sys.executable, *command], check=False, env={**os.environ, **threads}).returncode


if __name__ == "__main__":
    sys.exit(main())
