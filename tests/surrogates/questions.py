"""Real questions for the tests of acquisitions: boiling point learned, mass and polarity in play."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from rdkit.Chem import rdMolDescriptors

from loop.molecule import Molecule
from loop.objective import Direction, FloatArray, Objective
from loop.protocols import Evidence, Question
from loop.records import Candidate, Property
from surrogates.minmax_gp import MinMaxGP
from tests.surrogates.boiling import compounds

OBJECTIVES = (
    Objective("boiling", "K", Direction.WINDOW, 350.0, low=420.0, high=520.0),
    Objective("polar surface", "angstrom^2", Direction.MAXIMIZE, 5.0),
    Objective("heavy atoms", "1", Direction.MINIMIZE, 16.0),
)
"""High-boiling, polar and small; the last is exact."""


def values_of(molecules: tuple[Molecule, ...]) -> FloatArray:
    """Boiling point, polar surface and heavy atoms, shape ``(n, 3)``."""
    known = dict(zip(*compounds(), strict=True))
    rows = [(known[m], rdMolDescriptors.CalcTPSA(m.rdkit()), float(m.heavy_atoms)) for m in molecules]
    return np.array(rows).reshape(-1, 3)


@cache
def question(
    pool: int = 150,
    measured: int = 30,
    pending: int = 0,
    batch: int = 5,
    seed: int = 0,
    objectives: tuple[Objective, ...] = OBJECTIVES,
) -> Question:
    """A question about the first molecules of a fixed shuffle."""
    everything = compounds()[0]
    order = [everything[i] for i in np.random.default_rng(1).permutation(len(everything))]
    told = tuple(order[:measured])
    waiting = tuple(order[measured : measured + pending])
    offered = tuple(order[200 : 200 + pool])
    values = values_of(told)
    beliefs = {
        o.property: MinMaxGP().fit(
            Evidence(Property(o.property, o.unit, ""), told, values[:, k], np.zeros(len(told))), seed=0
        )
        for k, o in enumerate(objectives[:2])
    }
    return Question(
        pool=[Candidate(m, "library") for m in offered],
        objectives=objectives,
        beliefs=beliefs,
        exact={"heavy atoms": values_of(offered)[:, 2]},
        measured=told,
        front=values,
        pending=waiting,
        pending_exact={"heavy atoms": values_of(waiting)[:, 2]},
        asked=(*told, *waiting),
        batch=batch,
        seed=seed,
    )


def with_pool(asked: Question, molecules: tuple[Molecule, ...]) -> Question:
    """The same question about other candidates."""
    pool = [Candidate(m, "library") for m in molecules]
    return replace(
        asked, pool=pool, exact={"heavy atoms": np.array([float(m.heavy_atoms) for m in molecules])}
    )
