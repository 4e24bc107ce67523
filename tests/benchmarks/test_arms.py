"""The arms of the de-novo benchmark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.arms import CORPUS, INITIAL, Evolution, limits, only
from benchmarks.de_novo import defined
from loop.molecule import parse
from loop.objective import Direction, Objective
from loop.protocols import Oracle, Question
from loop.records import Candidate
from oracles.synthesizability import Synthesizability
from oracles.xtb_zinc_exchange import XtbZincExchange

MEASURED = [parse(s) for s in ("COC(=O)OC", "OCC(F)(F)F", "CS(C)(=O)=O", "COCCOC", "NC(=O)CO", "CCOC=O")]
QUESTION = Question(
    pool=[Candidate(parse("CO"), "library"), Candidate(parse("CCO"), "library")],
    objectives=(Objective("size", "1", Direction.MAXIMIZE, 0.0),),
    beliefs={},
    exact={},
    measured=MEASURED,
    front=np.array([[float(m.heavy_atoms)] for m in MEASURED]),
    pending=(),
    pending_exact={},
    asked=MEASURED,
    batch=8,
    seed=1,
)


def test_evolution_picks_new_children_that_can_be_measured() -> None:
    oracles: list[Oracle] = [Synthesizability(), XtbZincExchange(search="quick")]
    evolution = Evolution(limits(), oracles)
    picks = evolution.choose(QUESTION)
    molecules = [p.candidate.molecule for p in picks]
    assert len(set(molecules)) == 8
    assert not set(molecules) & set(MEASURED)
    for molecule in molecules:
        assert limits().refusal(molecule) is None
        assert not any(oracle.refusal(molecule) for oracle in oracles)
    assert evolution.choose(QUESTION) == picks


def test_evolution_falls_back_on_the_pool() -> None:
    nothing = replace(QUESTION, measured=[], front=np.empty((0, 1)))
    assert {p.candidate.molecule.smiles for p in Evolution(limits(), []).choose(nothing)} == {"CO", "CCO"}


def test_the_budget_is_the_initial_design_and_what_is_proposed() -> None:
    definition = defined(tuple(QUESTION.objectives), 0, 64)
    assert definition.budget.evaluations == INITIAL + 64
    assert round(only(CORPUS, 100)[0].share * definition.pool) == 100
