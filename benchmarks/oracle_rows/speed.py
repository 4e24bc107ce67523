"""Molecules per CPU-hour against plain PySCF, in the same run, at the same geometries, on one thread.

Plain is what a user of PySCF writes: exact integrals, grid 3, PySCF's own guess, convergence and PCM. The
middle column is the same with density fitting. Each calculation has a process of its own; ours, the middle
and plain take turns. Processor time is that of the calculation, without imports; *with search* that of the
whole measurement, conformers, complexes and their relaxation included, against plain PySCF at the final
geometry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks.oracle_rows import ours, plain, plainly
from benchmarks.oracle_rows.asking import answered
from benchmarks.oracle_rows.children import call
from benchmarks.oracle_rows.compounds import LARGEST_PLAIN, drawn_known
from benchmarks.oracle_rows.row import Options
from benchmarks.oracle_rows.structure import Structure, read_xyz
from benchmarks.rows import Result, processor
from oracles.orbitals import Orbitals
from oracles.zinc_exchange import ZincExchange

WHAT = "molecules per CPU-hour against plain PySCF, same geometries, known additives"
TARGET = ">= 5x gas, >= 3x water, >= 3x dE_ex"

MOLECULES = 10


@dataclass(frozen=True)
class Kind:
    """What is timed.

    Attributes
    ----------
    oracle
        Whose functional it is.
    geometries
        Names in the details of its records.
    target
        Smallest ratio to plain PySCF.
    """

    oracle: Orbitals | ZincExchange
    geometries: tuple[str, ...]
    target: float


KINDS = {
    "orbitals gas": Kind(Orbitals(solvent="gas"), ("geometry",), 5.0),
    "orbitals water": Kind(Orbitals(), ("geometry",), 3.0),
    "dE_ex": Kind(ZincExchange(), ("ligand", "complex"), 3.0),
}


def run(options: Options) -> Result:
    """Time, print one line for each molecule, and sum up."""
    molecules = drawn_known(options.molecules or MOLECULES, options.seed, LARGEST_PLAIN)
    figures, met = [], True
    for name, kind in KINDS.items():
        print(f"\n{name}, CPU s\n{'ours':>7} {'fitted':>7} {'plain':>8} {'search':>7}  molecule")
        rows = [_timed(name, kind, molecule.smiles, options) for molecule in molecules]
        ratios = compared([row for row in rows if "missing" not in row])
        met = met and ratios["plain"] >= kind.target
        figures.append(
            f"{name} {ratios['plain']:.1f}x (density fitting alone {ratios['fitted']:.1f}x; with search "
            f"{ratios['with search']:.1f}x; {ratios['per hour']:.0f} molecules per CPU-hour)"
        )
        print(figures[-1], flush=True)
        if options.each:
            _each(name, kind, molecules[0].smiles, options)
    return Result("; ".join(figures), met)


def compared(rows: list[dict[str, float]]) -> dict[str, float]:
    """Ratios of molecules per CPU-hour; ``fitted`` is that of density fitting alone to plain."""
    if not rows:
        return dict.fromkeys(("plain", "fitted", "with search", "per hour"), float("nan"))
    total = {name: sum(row[name] for row in rows) for name in ("ours", "fitted", "plain", "search")}
    return {
        "plain": total["plain"] / total["ours"],
        "fitted": total["plain"] / total["fitted"],
        "with search": total["plain"] / total["search"],
        "per hour": 3600.0 * len(rows) / total["ours"],
    }


def _timed(name: str, kind: Kind, smiles: str, options: Options) -> dict[str, Any]:
    """Seconds of each way, printed."""
    digest = kind.oracle.protocol().digest
    kept = options.kept("speed", {name: digest, "processor": processor()})
    row = kept.once(smiles, partial(_row, kind, smiles, options))
    if "missing" in row:
        print(f"{row['missing']}  {smiles}", flush=True)
    else:
        figures = f"{row['ours']:7.2f} {row['fitted']:7.2f} {row['plain']:8.2f} {row['search']:7.1f}"
        print(f"{figures}  {smiles}{'' if row['converged'] else ' (plain did not converge)'}", flush=True)
    return row


def _row(kind: Kind, smiles: str, options: Options) -> dict[str, Any]:
    if isinstance(kind.oracle, ZincExchange):
        answered(kind.oracle, "O", options.answers, options.deadline)  # the aqua ion belongs to no molecule
    record = answered(kind.oracle, smiles, options.answers, options.deadline)
    if "failure" in record:
        return {"missing": record["reason"]}
    structures = [read_xyz(record["details"][name]) for name in kind.geometries]
    recipe = plain.like(kind.oracle.functional())
    total = {"ours": 0.0, "fitted": 0.0, "plain": 0.0}
    converged = True
    for structure in structures:
        for way in total:
            answer = _solved(way, structure, kind, recipe, options)
            if "error" in answer:
                return {"missing": f"{way}: {answer['error']}"}
            total[way] += answer["cpu_seconds"]
            converged = converged and (way == "ours" or answer["value"]["converged"])
    return {**total, "search": record["cost"]["cpu_seconds"], "converged": converged}


def _solved(
    way: str, structure: Structure, kind: Kind, recipe: plain.Recipe, options: Options
) -> dict[str, Any]:
    if way == "ours":
        return call("benchmarks.oracle_rows.ours:solve", ours.job(structure, kind.oracle), options.deadline)
    return plainly.timed(structure, replace(recipe, fitted=way == "fitted"), options)


def _each(name: str, kind: Kind, smiles: str, options: Options) -> None:
    """Print what a calculation takes with one acceleration taken away, and what that shifts."""
    digest = kind.oracle.protocol().digest
    kept = options.kept("speed-each", {name: digest, "processor": processor()})
    record = kept.once(smiles, partial(answered, kind.oracle, smiles, options.answers, options.deadline))
    if "failure" in record:
        print(f"no breakdown: {record['reason']}")
        return
    structure = read_xyz(record["details"][kind.geometries[-1]])
    for without in (None, *ours.WITHOUT):
        if without is not None and not ours.has(kind.oracle, without):
            print(f"  {'':>8} {'':>6} without {without}: not used, or PySCF's own")
            continue
        argument = ours.job(structure, kind.oracle, without)
        job = partial(call, "benchmarks.oracle_rows.ours:solve", argument, options.deadline)
        answer = kept.once(f"{smiles} without {without}", job)
        if without is None:
            base = answer
        _print_one(without, answer, base)


def _print_one(without: str | None, answer: dict[str, Any], base: dict[str, Any]) -> None:
    if "error" in answer or "error" in base:
        print(f"  without {without}: {answer.get('error', base.get('error'))}", flush=True)
        return
    shift = np.abs([answer["value"][n] - base["value"][n] for n in ("homo", "lumo")]).max()
    ratio = answer["cpu_seconds"] / base["cpu_seconds"]
    what = f"without {without}" if without else "as it is"
    print(f"  {answer['cpu_seconds']:8.2f} {ratio:5.1f}x {what} (orbitals move {shift:.4f} eV)", flush=True)
