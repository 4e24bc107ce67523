"""What looking at some minima of a complex, and at most of them cheaply, leaves of the average over all.

GFN2 finds a complex's minima and cannot order them, so ``zinc_exchange`` looks at one after the other with a
cheaper functional until their average settles, and takes its own for the lowest alone. Here its own is asked
about all of them, those within 0.15 eV by GFN2. Each molecule binds with the donor that GFN2 has lowest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.oracle_rows.children import call
from benchmarks.oracle_rows.compounds import drawn_known
from benchmarks.oracle_rows.row import Options
from benchmarks.rows import Result
from loop.molecule import Molecule, parse
from loop.protocols import ConvergenceError
from oracles.zinc_exchange import ZincExchange

WHAT = "average over minima as zinc_exchange has it, against its functional for all it finds, known additives"
TARGET = "RMS <= 0.01 eV"

MOLECULES, LARGEST = 8, 8
LIMIT = 0.01


def run(options: Options) -> Result:
    """Ask about all minima, print both averages, and the root mean square of their differences."""
    oracle = ZincExchange()
    kept = options.kept("minima", {oracle.kind: oracle.protocol().digest})
    found: list[dict[str, Any]] = []
    missing = 0
    for molecule in drawn_known(options.molecules or MOLECULES, options.seed, LARGEST):
        row = kept.once(molecule.smiles, partial(_asked, molecule, options))
        if "error" in row:
            missing += 1
            print(f"not calculated: {row['error']}  {molecule}", flush=True)
        elif row["of"] == 1:
            print(f"a single minimum  {molecule}", flush=True)
        else:
            found.append(row)
            apart = f"{row['average'] - row['over_all']:+.3f} eV"
            first = f"{row['first'] - row['over_all']:+.3f}"
            print(
                f"{row['asked']:2d} of {row['of']:2d} minima {apart}, the first alone {first}; "
                f"they spread by {row['spread']:.2f}  {molecule}",
                flush=True,
            )
    return result(found, missing)


def result(found: Sequence[dict[str, Any]], missing: int) -> Result:
    """Root mean square and largest difference, of what is looked at and of the first minimum alone."""
    if not found:
        return Result(f"no molecule with more than one minimum; {missing} not calculated", None)
    over_all = np.array([row["over_all"] for row in found])
    rms: dict[str, float] = {}
    worst: dict[str, float] = {}
    for name in ("average", "first"):
        apart = np.array([row[name] for row in found]) - over_all
        rms[name], worst[name] = float(np.sqrt(np.mean(apart**2))), float(np.abs(apart).max())
    asked, of = (float(np.mean([row[name] for row in found])) for name in ("asked", "of"))
    figure = (
        f"{rms['average']:.3f} eV (worst {worst['average']:.3f}) from {asked:.1f} of {of:.1f} minima; the "
        f"first alone {rms['first']:.3f} (worst {worst['first']:.3f}); {len(found)} molecules, "
        f"{missing} without"
    )
    return Result(figure, rms["average"] <= LIMIT and not missing)


def _asked(molecule: Molecule, options: Options) -> dict[str, Any]:
    answer = call(f"{__name__}:every", {"smiles": molecule.smiles}, options.deadline)
    return answer if "error" in answer else dict(answer["value"])


def every(argument: dict[str, Any]) -> dict[str, Any]:
    """Both averages of one molecule, in eV, and how many minima each is over; a child's function."""
    # Calculations load only in the child that makes them.
    from ase.units import Hartree  # noqa: PLC0415

    from oracles.chemistry import complexes, minima  # noqa: PLC0415
    from oracles.chemistry.bound import energy_of  # noqa: PLC0415
    from oracles.chemistry.coordinated import Complex  # noqa: PLC0415
    from oracles.chemistry.level import Level  # noqa: PLC0415
    from oracles.chemistry.survivors import survivors  # noqa: PLC0415
    from oracles.chemistry.theory import Resources  # noqa: PLC0415

    oracle = ZincExchange()
    with tempfile.TemporaryDirectory(prefix="zincloop-") as scratch:
        resources = Resources(Path(scratch), oracle.max_memory_mb)
        level = oracle.level()
        _, built = complexes.sought(parse(argument["smiles"]), level.ion, resources.account, chelates=False)
        family = built.families[0]
        order = (*family, *built.further(family))

        def energy(of: Complex, at: Level) -> float:
            return energy_of(of.geometry, at, resources, "complex", open_shells=False).total * Hartree

        average = minima.average(order, partial(energy, at=level.ordering), partial(energy, at=level))
        every_one = survivors(order, partial(energy, at=level), (ConvergenceError,))
    found = [of for _, of in every_one]
    lowest = min(found)
    return {
        "asked": len(average.above),
        "of": len(found),
        "average": average.result + average.raised - lowest,
        "over_all": minima.averaged(found) - lowest,
        "first": found[0] - lowest,
        "spread": max(found) - lowest,
    }
