"""The simulated campaign is the live campaign's step, told what a table says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from rdkit.Chem import Crippen, rdMolDescriptors

from loop.campaign import Budget, Definition, StopRules
from loop.design import at_random
from loop.labels import Labels, Lookup, Shelf
from loop.molecule import Limits, parse
from loop.objective import Direction, Objective
from loop.parts import load
from loop.protocols import Acquisition, Surrogate
from loop.records import Cost, Failure, FailureKind, Outcome, Property, Request
from loop.simulate import Replayed, simulate
from loop.step import Parts, Source

SMILES = [f"{'C' * n}{end}" for n in range(1, 9) for end in ("O", "N", "C#N", "C(=O)O", "S(C)=O", "OC")]
MOLECULES = tuple(dict.fromkeys(parse(s) for s in SMILES))
VALUES = np.array(
    [
        [rdMolDescriptors.CalcTPSA(m.rdkit()), Crippen.MolLogP(m.rdkit())]  # type: ignore[attr-defined]
        for m in MOLECULES
    ]
)
LABELS = Labels(
    MOLECULES,
    (Property("tpsa", "angstrom^2", ""), Property("logp", "1", "")),
    VALUES,
    np.full(len(MOLECULES), 60.0),
)
OBJECTIVES = (
    Objective("tpsa", "angstrom^2", Direction.MAXIMIZE, 5.0),
    Objective("logp", "1", Direction.MINIMIZE, 4.0),
)


def replay(seed: int = 0, **budget: float) -> list[Replayed]:
    definition = Definition(
        "test",
        seed,
        OBJECTIVES,
        Limits(),
        Budget(**budget),  # type: ignore[arg-type]
        StopRules(),
        batch=4,
        pool=50,
    )
    lookup = Lookup(LABELS, ("tpsa", "logp"), exact=False)
    parts = Parts(
        [Source(Shelf(LABELS), 1.0, 6, at_random)],
        [lookup],
        cast(Surrogate, load("surrogates", "minmax_gp")()),
        cast(Acquisition, load("surrogates.acquisitions", "scalarised_ucb")()),
    )

    def answer(request: Request) -> Outcome:
        if "S" in request.molecule.smiles:
            return Failure(FailureKind.CONVERGENCE, "no sulfur today", Cost(60.0, 60.0))
        return lookup.measure(request.molecule, Path())

    return list(simulate(definition, parts, answer))


def test_it_runs_to_its_budget_and_repeats_nothing() -> None:
    steps = replay(evaluations=22)
    state = steps[-1].state
    assert state.closed == "budget spent: 22 of 22 evaluations"
    assert [s.state.evaluations for s in steps[:-1]] == [6, 10, 14, 18, 22]
    assert len(set(state.asked)) == 22
    assert not state.pending


def test_failures_are_answers_and_never_numbers() -> None:
    state = replay(evaluations=30)[-1].state
    assert state.failures
    assert all("S" in a.request.molecule.smiles for a in state.failures)
    assert not {a.request.molecule for a in state.failures} & set(state.values["tpsa"])


def test_costs_are_spent_and_end_it() -> None:
    state = replay(core_hours=0.2)[-1].state
    assert "core-hours" in (state.closed or "")
    assert state.cpu_seconds == pytest.approx(0.2 * 3600, abs=60.0)


def test_the_same_seed_gives_the_same_campaign_and_another_seed_another() -> None:
    first, again, other = (replay(seed, evaluations=18)[-1].state for seed in (1, 1, 2))
    assert first.picks == again.picks
    assert first.asked != other.asked


def test_nothing_of_prefect_or_pyscf_is_needed() -> None:
    code = (
        "import sys, loop.simulate, flows.simulation.replaying;"
        "print(*({'prefect', 'pyscf', 'ase'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
