"""What another search finds: the default again, its starting geometries from other seeds.

Everything random in a search for conformers and complexes follows a constant seed, so that a molecule has one
value; here the seeds of conformers, of the turns of waters and of chelates are others. The aqua ion stays the
one that ships. A difference is held against what two values with their stated uncertainties differ by: the
root mean square of difference / sqrt(sd1^2 + sd2^2) is 1 where these are right.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.oracle_rows.asking import answered, row_of
from benchmarks.oracle_rows.children import call
from benchmarks.oracle_rows.compounds import drawn_known
from benchmarks.oracle_rows.row import Options
from benchmarks.rows import Result
from loop.parts import load
from loop.records import Cost
from oracles.orbitals import Orbitals
from oracles.zinc_exchange import ZincExchange

WHAT = "the default, searched again from two other seeds, known additives"
TARGET = "RMS within the stated ±"

ORACLES: tuple[Orbitals | ZincExchange, ...] = (Orbitals(), ZincExchange())
MOLECULES, LARGEST = 12, 10
SEEDS = (1, 2)
SEEDED = tuple(
    f"oracles.chemistry.{name}" for name in ("conformers", "monodentate", "chelate", "bites", "hops")
)
"""Modules that begin with a constant seed."""


Apart = tuple[float, float]
"""Difference of two values, and of what it is the standard uncertainty's share."""


def run(options: Options) -> Result:
    """Measure again, print the differences from the default, and their root mean square."""
    apart: dict[str, list[Apart]] = {}
    missing = 0
    for oracle in (o for o in ORACLES if options.only in {None, o.kind}):
        kept = options.kept("repeats", {oracle.kind: oracle.protocol().digest})
        for molecule in drawn_known(options.molecules or MOLECULES, options.seed, LARGEST):
            row = answered(oracle, molecule.smiles, options.answers, options.deadline)
            again = [
                kept.once(
                    f"{molecule.smiles} {seed}", partial(_again, oracle.kind, molecule.smiles, seed, options)
                )
                for seed in SEEDS
            ]
            rows = [row, *again]
            if failed := [r for r in rows if "values" not in r]:
                missing += 1
                reason = failed[0].get("reason") or failed[0].get("error")
                print(f"{len(failed)} of {len(rows)} without a value: {reason}  {molecule}", flush=True)
                continue
            for name, found in differences(row["values"], [r["values"] for r in again]).items():
                apart.setdefault(name, []).extend(found)
                others = " ".join(f"{difference:+7.3f} ({share:4.1f})" for difference, share in found)
                value, sd = row["values"][name]
                print(f"{name:>11} {value:+8.3f} ± {sd:.3f}: {others}  {molecule}", flush=True)
    return result(apart, missing)


Values = Mapping[str, Sequence[float]]
"""Property -> value and standard uncertainty."""


def differences(first: Values, others: Sequence[Values]) -> dict[str, list[Apart]]:
    """Property -> each other value's difference from the first, as it is and as a share."""
    return {
        name: [(o[name][0] - value, (o[name][0] - value) / float(np.hypot(sd, o[name][1]))) for o in others]
        for name, (value, sd) in first.items()
    }


def result(apart: Mapping[str, Sequence[Apart]], missing: int) -> Result:
    """Root mean square of differences and of their shares, by property."""
    if not any(apart.values()):
        return Result("no value", False)
    parts, met = [], not missing
    for name, found in apart.items():
        difference, share = (float(np.sqrt(np.mean(np.square(x)))) for x in zip(*found, strict=True))
        worst = max(abs(d) for d, _ in found)
        met = met and share <= 1.0
        parts.append(f"{name} {difference:.3f} (worst {worst:.3f}), {share:.2f} of ± ({len(found)})")
    return Result(f"{'; '.join(parts)}; {missing} molecules without", met)


def _again(kind: str, smiles: str, seed: int, options: Options) -> dict[str, Any]:
    argument = {"oracle": kind, "smiles": smiles, "seed": seed}
    answer = call(f"{__name__}:searched", argument, options.deadline)
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
        oracle: Any = load("oracles", argument["oracle"])()
        found = row_of(answer(oracle, argument["smiles"], home, lambda: Cost(0.0, 0.0)))
    return {name: found[name] for name in ("values", "failure", "reason") if name in found}
