"""What another search for the complexes finds: the default again, its starting geometries from other seeds.

Everything random in a search follows a constant seed, so that a molecule has one value; here the seeds of
conformers, of the turns of waters and of chelates are others. The aqua ion stays the one that ships.
"""

from __future__ import annotations

import importlib
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.oracle_rows.asking import answered, row_of, value
from benchmarks.oracle_rows.children import call
from benchmarks.oracle_rows.compounds import drawn_known
from benchmarks.oracle_rows.row import Options
from benchmarks.rows import Result
from loop.records import Cost
from oracles.zinc_exchange import ZincExchange

WHAT = "zn_exchange at the default, searched again from two other seeds, known additives"
TARGET = "RMS within the stated ±"

MOLECULES, LARGEST = 12, 10
SEEDS = (1, 2)
SEEDED = tuple(
    f"oracles.chemistry.{name}" for name in ("conformers", "monodentate", "chelate", "bites", "hops")
)
"""Modules that begin with a constant seed."""


def run(options: Options) -> Result:
    """Measure again, print the differences from the default, and their root mean square."""
    oracle = ZincExchange()
    kept = options.kept("repeats", {"zinc_exchange": oracle.protocol().digest})
    apart: list[float] = []
    missing = 0
    for molecule in drawn_known(options.molecules or MOLECULES, options.seed, LARGEST):
        row = answered(oracle, molecule.smiles, options.answers, options.deadline)
        again = [
            kept.once(f"{molecule.smiles} {seed}", partial(_again, molecule.smiles, seed, options))
            for seed in SEEDS
        ]
        rows = [row, *again]
        if failed := [r for r in rows if "values" not in r]:
            missing += 1
            reason = failed[0].get("reason") or failed[0].get("error")
            print(f"{len(failed)} of {len(rows)} without a value: {reason}  {molecule}", flush=True)
            continue
        first, *others = (value(r, "zn_exchange") for r in rows)
        apart += [other - first for other in others]
        print(f"{first:+7.3f} {' '.join(f'{o - first:+7.3f}' for o in others)}  {molecule}", flush=True)
    return result(apart, oracle.uncertainties["zn_exchange"], missing)


def result(apart: list[float], stated: float, missing: int) -> Result:
    """Root mean square of the differences between two searches, over sqrt(2) that of one from their mean."""
    if not apart:
        return Result("no value", False)
    between = float(np.sqrt(np.mean(np.square(apart))))
    of_one = between / np.sqrt(2.0)
    figure = (
        f"two searches differ by {between:.3f} eV (RMS; median {np.median(np.abs(apart)):.3f}, "
        f"worst {np.max(np.abs(apart)):.3f}), so one is good to {of_one:.3f}; stated {stated:g}; "
        f"{len(apart)} repeats, {missing} molecules without"
    )
    return Result(figure, of_one <= stated and not missing)


def _again(smiles: str, seed: int, options: Options) -> dict[str, Any]:
    answer = call(f"{__name__}:searched", {"smiles": smiles, "seed": seed}, options.deadline)
    return answer if "error" in answer else dict(answer["value"])


def searched(argument: dict[str, Any]) -> dict[str, Any]:
    """The row of a molecule from another seed; a child's function."""
    # Calculations load only in the child that makes them.
    from oracles.contained.answering import answer  # noqa: PLC0415

    for name in SEEDED:
        module = importlib.import_module(name)
        assert isinstance(module.SEED, int)  # noqa: S101 - a seed that moved would repeat the same search
        module.SEED = argument["seed"]  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory(prefix="zincloop-") as scratch:
        home = Path(scratch) / "again"
        home.mkdir()
        found = row_of(answer(ZincExchange(), argument["smiles"], home, lambda: Cost(0.0, 0.0)))
    return {name: found[name] for name in ("values", "failure", "reason") if name in found}
