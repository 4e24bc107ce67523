"""How good and how fast the oracles are, one row at a time, against what they have to reach.

    python -m benchmarks.oracles [NAME ...] [--list] [--molecules N] [--qm9 PATH] [--each]

All rows without a name. Each prints what it compares with what, on which machine and with which versions.
What takes long is kept in ``build/oracles/`` as lines of JSON and goes on where it was stopped. Kept answers
are keyed by the digests of the protocols and the versions of the programs: no older protocol is mixed in.
"""

from __future__ import annotations

import argparse
import importlib
import os
from pathlib import Path
from typing import Any

from benchmarks.oracle_rows.children import THREADS
from benchmarks.oracle_rows.row import Options, Result, where

ROWS = ("qm9", "paper", "accuracy", "speed", "wall", "coverage", "adversarial", "series", "repeats")


def main() -> None:
    """Run the rows asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
    parser.add_argument("--molecules", type=int, help="how many, where a row may have fewer")
    parser.add_argument("--qm9", type=Path, help="data directory of the qm9pack package, for the row qm9")
    parser.add_argument("--each", action="store_true", help="speed: take each acceleration away in turn")
    parser.add_argument("--only", metavar="ORACLE", help="adversarial: ask orbitals or zinc_exchange alone")
    parser.add_argument("--seed", type=int, default=0, help="of random draws")
    parser.add_argument("--deadline", type=float, default=3600.0, help="seconds of one calculation")
    parser.add_argument("--directory", type=Path, default=Options.directory)
    options = vars(parser.parse_args())
    asked, listed = options.pop("rows"), options.pop("list")
    rows = asked or ROWS
    if unknown := [name for name in rows if name not in ROWS]:
        parser.error(f"there is no row {', '.join(unknown)}; there are {', '.join(ROWS)}")
    if "qm9" in asked and options["qm9"] is None:
        parser.error("the row qm9 needs --qm9 DIR, the data directory of the package qm9pack")
    if listed:
        for name in ROWS:
            print(f"{name:<12} {module(name).TARGET:<28} {module(name).WHAT}")
        return
    os.environ.update(THREADS)
    options["directory"] = options["directory"].resolve()
    show({name: _run(name, Options(**options)) for name in rows})


def module(name: str) -> Any:  # noqa: ANN401 - a module with WHAT, TARGET and run
    """The module of a row."""
    return importlib.import_module(f"benchmarks.oracle_rows.{name}")


def _run(name: str, options: Options) -> Result:
    print(f"\n{name}: {module(name).WHAT}; target {module(name).TARGET}\n{where()}", flush=True)
    found: Result = module(name).run(options)
    return found


def show(results: dict[str, Result]) -> None:
    """Print the table."""
    said = {True: "met", False: "NOT MET", None: "-"}
    print(f"\n{'row':<12} {'target':<28} {'':<8} figure")
    for name, result in results.items():
        print(f"{name:<12} {module(name).TARGET:<28} {said[result.met]:<8} {result.figure}")


if __name__ == "__main__":
    main()
