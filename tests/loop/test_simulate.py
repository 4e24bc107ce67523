"""The simulated campaign is the live campaign's step, told what a table says."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from rdkit.Chem import Crippen, rdMolDescriptors

from loop.definition import Budget, Definition, StopRules
from loop.design import at_random
from loop.labels import Labels, Lookup, Shelf
from loop.molecule import Limits, parse
from loop.objective import Direction, FloatArray, Objective
from loop.parts import load
from loop.protocols import Acquisition, Surrogate
from loop.records import Cost, Failure, FailureKind, Outcome, Property, Request
from loop.seats import Parts, Source
from loop.simulate import Replayed, simulate

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


SECONDS = np.exp(np.random.default_rng(0).normal(4.0, 1.5, len(MOLECULES)))
"""Run times as heavy-tailed as those of calculations."""


@dataclass(frozen=True)
class Way:
    """How a campaign is carried out."""

    batch: int = 4
    in_flight: int | None = None
    places: int = 1
    seconds: FloatArray | None = None


def replay(seed: int = 0, way: Way = Way(), **budget: float) -> list[Replayed]:
    definition = Definition(
        "test",
        seed,
        OBJECTIVES,
        Limits(),
        Budget(**budget),  # type: ignore[arg-type]
        StopRules(),
        batch=way.batch,
        pool=50,
        in_flight=way.in_flight,
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
        found = lookup.measure(request.molecule, Path())
        if way.seconds is None:
            return found
        return replace(found, cost=Cost(60.0, float(way.seconds[LABELS.rows[request.molecule]])))

    return list(simulate(definition, parts, answer, way.places))


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


def test_a_wall_clock_budget_counts_the_clock_of_the_places() -> None:
    one, three = (replay(way=Way(places=n), wall_clock_hours=0.2)[-1].state for n in (1, 3))
    assert one.wall_seconds == three.wall_seconds == 0.2 * 3600
    assert (len(one.answers), len(three.answers)) == (12, 26), "six in two minutes, then four in two"


def test_the_same_seed_gives_the_same_campaign_and_another_seed_another() -> None:
    first, again, other = (replay(seed, evaluations=18)[-1].state for seed in (1, 1, 2))
    assert first.picks == again.picks
    assert first.asked != other.asked


def test_more_places_save_time_and_change_no_pick() -> None:
    one, three = (replay(way=Way(places=n), evaluations=22) for n in (1, 3))
    assert [s.state.picks for s in one] == [s.state.picks for s in three]
    assert one[-1].state.wall_seconds == 22 * 60
    assert three[-1].state.wall_seconds == (2 + 4 * 2) * 60, "six on three places, four times four"
    assert one[-1].idle == 0.0
    assert three[-1].idle == pytest.approx(1 - 22 / 30)


def test_filling_one_place_is_deciding_on_one_molecule_at_a_time() -> None:
    single = replay(way=Way(batch=1, seconds=SECONDS), evaluations=16)
    filled = replay(way=Way(in_flight=1, seconds=SECONDS), evaluations=16)
    assert [s.state for s in single] == [s.state for s in filled]


def test_equal_run_times_make_rounds_of_free_places() -> None:
    rounds = replay(way=Way(batch=3, places=3), evaluations=21)
    filled = replay(way=Way(in_flight=3, places=3), evaluations=21)
    assert [s.state for s in rounds] == [s.state for s in filled]


def test_places_are_filled_as_they_fall_free() -> None:
    steps = replay(way=Way(in_flight=3, places=3, seconds=SECONDS), evaluations=22)
    state = steps[-1].state
    assert state.closed == "budget spent: 22 of 22 evaluations"
    assert not state.pending
    assert len(set(state.asked)) == 22
    # One of the design fails: when four are measured, five are answered and two places free.
    assert [len(r.picks) for r in state.rounds] == [6, 2] + [1] * 14
    assert [s.state.evaluations - len(s.state.awaited) for s in steps[:-1]] == [*range(5, 20), 22]
    for opened, step in zip(state.rounds[1:], steps, strict=False):
        assert opened.opened_at == step.state.wall_seconds, "nobody waits for anybody"
    spans = [(a.at - a.outcome.cost.wall_seconds, a.at) for a in state.answers.values()]
    for begun, _ in spans:
        assert sum(start <= begun + 1e-6 and begun + 1e-6 < end for start, end in spans) <= 3
    assert (1 - steps[-1].idle) * 3 * state.wall_seconds == pytest.approx(sum(e - s for s, e in spans))
    waiting = replay(way=Way(batch=3, places=3, seconds=SECONDS), evaluations=22)
    assert steps[-1].idle < waiting[-1].idle
    assert state == replay(way=Way(in_flight=3, places=3, seconds=SECONDS), evaluations=22)[-1].state


def test_nothing_of_prefect_or_pyscf_is_needed() -> None:
    code = (
        "import sys, loop.simulate, flows.simulation.replaying;"
        "print(*({'prefect', 'pyscf', 'ase'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
