"""Real measurements for the tests: boiling points of organic compounds (Yaws, from ``chemicals``)."""

from __future__ import annotations

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


def evidence(n: int, start: int = 0, uncertainty: float = 0.0) -> Evidence:
    """``n`` measured boiling points in a shuffled order that does not change."""
    molecules, values = compounds()
    rows = np.random.default_rng(0).permutation(len(molecules))[start : start + n]
    return Evidence(BOILING, tuple(molecules[i] for i in rows), values[rows], np.full(n, uncertainty))
