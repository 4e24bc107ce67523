"""How good the autoencoder is, one row at a time, against what it has to reach.

    OMP_NUM_THREADS=1 python -m benchmarks.generator [NAME ...] [--list] [--weights FOLDER]
        [--chemprop PYTHON]

All rows without a name, from the shipped weights: about half an hour on two cores, and as long again with
chemprop. Needs the extras ``corpus`` and ``evaluation``. Nothing is filtered before it is judged unless the
line says so.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import Any

import torch

from benchmarks.generator_rows.row import Options, Result, where
from generators.latent.weights import shipped

ROWS = ("training", "reconstruction", "draws", "shapes", "latent", "heads", "teaching")


def main() -> None:
    """Run the rows asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
    parser.add_argument("--weights", type=Path, default=shipped(), help="a folder of other weights")
    parser.add_argument("--draws", type=int, default=Options.draws)
    parser.add_argument("--shapes", type=int, default=Options.shapes, help="draws that PoseBusters judges")
    parser.add_argument(
        "--chemprop", type=Path, help="Python of an environment with chemprop, for the row heads"
    )
    parser.add_argument("--seed", type=int, default=Options.seed, help="of random draws")
    options = vars(parser.parse_args())
    asked, listed = options.pop("rows"), options.pop("list")
    if unknown := [name for name in asked if name not in ROWS]:
        parser.error(f"there is no row {', '.join(unknown)}; there are {', '.join(ROWS)}")
    if listed:
        for name in ROWS:
            print(f"{name:<15} {module(name).TARGET:<46} {module(name).WHAT}")
        return
    torch.set_num_threads(1)
    show({name: _run(name, Options(**options)) for name in asked or ROWS})


def module(name: str) -> Any:  # noqa: ANN401 - a module with WHAT, TARGET and run
    """The module of a row."""
    return importlib.import_module(f"benchmarks.generator_rows.{name}")


def _run(name: str, options: Options) -> Result:
    print(f"\n{name}: {module(name).WHAT}; target {module(name).TARGET}\n{where()}", flush=True)
    found: Result = module(name).run(options)
    return found


def show(results: dict[str, Result]) -> None:
    """Print the table."""
    said = {True: "met", False: "NOT MET", None: "-"}
    print(f"\n{'row':<15} {'target':<46} {'':<8} figure")
    for name, result in results.items():
        print(f"{name:<15} {module(name).TARGET:<46} {said[result.met]:<8} {result.figure}")


if __name__ == "__main__":
    main()
