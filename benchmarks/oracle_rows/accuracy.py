"""What the accelerations cost in accuracy: the same functional without them, at the same geometries.

The reference is plain PySCF: exact integrals, grid 3, its own PCM with 302 points a sphere, converged to 1e-9
hartree. What the row ``speed`` has timed is taken from there. An exchange energy is put together, both ways,
from the energies of the lowest complex, ligand, aqua ion and water.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.oracle_rows import plain, plainly
from benchmarks.oracle_rows.asking import answered, value
from benchmarks.oracle_rows.compounds import LARGEST_PLAIN, drawn_known
from benchmarks.oracle_rows.kept import Kept
from benchmarks.oracle_rows.row import Options
from benchmarks.oracle_rows.structure import Structure, exchanged, read_xyz, waters_released
from benchmarks.rows import Result
from oracles.orbitals import Orbitals
from oracles.zinc_exchange import ZincExchange

WHAT = "default fidelity against itself without accelerations, same geometries, known additives"
TARGET = "MAE 0.01, 0.01, 0.03 eV"

MOLECULES = 30
LIMITS = {"homo": 0.01, "lumo": 0.01, "zn_exchange": 0.03}
"""Mean absolute errors in eV."""
PARTS = ("complex", "ligand")
"""Geometries in the record of an exchange energy."""


def run(options: Options) -> Result:
    """Measure both ways, print the differences, and take their means."""
    errors: dict[str, list[float]] = {name: [] for name in LIMITS}
    orbitals, exchange = Orbitals(), ZincExchange()
    missing = 0
    print(f"{'':>12} {'value':>8} {'error':>8}  molecule")
    for molecule in drawn_known(options.molecules or MOLECULES, options.seed, LARGEST_PLAIN):
        for oracle, errors_of in ((orbitals, of_orbitals), (exchange, of_exchange)):
            kept = options.kept("accuracy", {oracle.kind: oracle.protocol().digest})
            row = kept.once(molecule.smiles, partial(errors_of, oracle, molecule.smiles, options, kept))
            missing += "missing" in row
            if "missing" in row:
                print(f"{row['missing']}  {molecule}", flush=True)
            for name, (found, error) in row.get("errors", {}).items():
                errors[name].append(error)
                print(f"{name:>12} {found:8.3f} {error:+8.4f}  {molecule}", flush=True)
    return result(errors, missing)


def result(errors: dict[str, list[float]], missing: int) -> Result:
    """Mean absolute errors against their limits; a property without any value has not met its own."""
    means = {name: float(np.mean(np.abs(e))) if e else float("nan") for name, e in errors.items()}
    worst = {name: float(np.max(np.abs(e))) if e else float("nan") for name, e in errors.items()}
    figure = "; ".join(
        f"{name} MAE {means[name]:.4f}, worst {worst[name]:.4f} eV ({len(errors[name])})" for name in LIMITS
    )
    met = all(means[name] <= limit for name, limit in LIMITS.items())
    return Result(f"{figure}; {missing} without one of the two", met)


def of_orbitals(oracle: Any, smiles: str, options: Options, kept: Kept) -> dict[str, Any]:  # noqa: ANN401, ARG001
    """Values and errors of HOMO and LUMO in eV."""
    row = answered(oracle, smiles, options.answers, options.deadline)
    if "failure" in row:
        return {"missing": f"{oracle.kind}: {row['reason']}"}
    found = solved(read_xyz(row["details"]["geometry"]), oracle, options)
    if isinstance(found, str):
        return {"missing": found}
    names = ("homo", "lumo")
    return {"errors": {n: [value(row, n), value(row, n) - found[n]] for n in names}}


def of_exchange(oracle: Any, smiles: str, options: Options, kept: Kept) -> dict[str, Any]:  # noqa: ANN401
    """Exchange energy of the lowest complex, and its error, in eV."""
    row = answered(oracle, smiles, options.answers, options.deadline)
    if "failure" in row:
        return {"missing": f"{oracle.kind}: {row['reason']}"}
    aqua = kept.once("aqua ion and water", partial(_aqua, oracle, options))
    if "missing" in aqua:
        return {"missing": aqua["missing"]}
    details = row["details"]
    exact = _energies(oracle, details, options)
    if isinstance(exact, str):
        return {"missing": exact}
    released = waters_released(*(read_xyz(details[name]) for name in PARTS))
    found = exchanged(released, details["energies_hartree"], aqua["ours"])
    return {"errors": {"zn_exchange": [found, found - exchanged(released, exact, aqua["plain"])]}}


def _aqua(oracle: Any, options: Options) -> dict[str, Any]:  # noqa: ANN401
    details = answered(oracle, "O", options.answers, options.deadline)["details"]
    exact = _energies(oracle, details, options)
    if isinstance(exact, str):
        return {"missing": exact}
    return {"ours": details["energies_hartree"], "plain": exact}


def _energies(oracle: Any, details: dict[str, Any], options: Options) -> dict[str, float] | str:  # noqa: ANN401
    """By the reference at a record's geometries, in hartree, or why there are none."""
    energies = {}
    for name in PARTS:
        found = solved(read_xyz(details[name]), oracle, options)
        if isinstance(found, str):
            return found
        energies[name] = found["energy"]
    return energies


def solved(structure: Structure, oracle: Any, options: Options) -> dict[str, Any] | str:  # noqa: ANN401
    """The reference at a geometry, or why there is none."""
    answer = plainly.solved(structure, plain.like(oracle.functional()), options)
    if "error" in answer:
        return str(answer["error"])
    if not answer["value"]["converged"]:
        return "the reference density did not converge"
    return dict(answer["value"])
