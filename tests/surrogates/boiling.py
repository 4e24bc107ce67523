"""Real measurements for the tests: boiling points of organic compounds (Yaws, from ``chemicals``)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np

from loop.molecule import Limits, Molecule, MoleculeError, parse
from loop.objective import FloatArray
from loop.protocols import Evidence
from loop.records import Property

BOILING = Property("boiling", "K", "normal boiling point")


@cache
def compounds() -> tuple[tuple[Molecule, ...], FloatArray]:
    """The first 1,600 small molecules with a boiling point, and the points in K."""
    data = files("chemicals")
    with data.joinpath("Phase Change", "Yaws Boiling Points.tsv").open() as lines:
        points = dict(line.split() for line in list(lines)[1:])
    found: dict[Molecule, float] = {}
    with data.joinpath("Identifiers", "chemical identifiers pubchem small.tsv").open() as lines:
        for fields in (line.split("\t") for line in lines):
            if fields[1] in points and len(found) < 1600:
                _keep(found, fields[4], float(points[fields[1]]))
    return tuple(found), np.array(list(found.values()))


def _keep(found: dict[Molecule, float], smiles: str, kelvin: float) -> None:
    try:
        molecule = parse(smiles)
    except MoleculeError:
        return
    if Limits(max_logp=None, exclude={}).refusal(molecule) is None:
        found[molecule] = kelvin


CRITICAL = Property("two thirds of critical", "K", "estimate of the boiling point after Guldberg (1890)")


@cache
def critical() -> dict[Molecule, float]:
    """Critical temperatures in K (Yaws) of those of :func:`compounds` that have one."""
    data, wanted = files("chemicals"), set(compounds()[0])
    with data.joinpath("Critical Properties", "Yaws Collection.tsv").open() as lines:
        points = {row["CAS"]: float(row["Tc"]) for row in csv.DictReader(lines, delimiter="\t") if row["Tc"]}
    found: dict[Molecule, float] = {}
    with data.joinpath("Identifiers", "chemical identifiers pubchem small.tsv").open() as lines:
        for fields in (line.split("\t") for line in lines):
            if fields[1] in points:
                _keep(found, fields[4], points[fields[1]])
    return {molecule: kelvin for molecule, kelvin in found.items() if molecule in wanted}


def with_cheaper(dear: Evidence, others: Sequence[Molecule]) -> Evidence:
    """The same evidence, with estimates by Guldberg's rule for its molecules and some others."""
    molecules = tuple(m for m in dict.fromkeys((*dear.molecules, *others)) if m in critical())
    values = np.array([critical()[m] * 2 / 3 for m in molecules])
    return replace(dear, cheaper=Evidence(CRITICAL, molecules, values, np.zeros(len(values))))


def evidence(n: int, start: int = 0, uncertainty: float = 0.0) -> Evidence:
    """``n`` measured boiling points in a shuffled order that does not change."""
    molecules, values = compounds()
    rows = np.random.default_rng(0).permutation(len(molecules))[start : start + n]
    return Evidence(BOILING, tuple(molecules[i] for i in rows), values[rows], np.full(n, uncertainty))
