"""What a table answers in a scenario: failing, noisy and late, as the scenario wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from flows.simulation.tables import ScenarioTable
from loop.protocols import ComputedOracle, ConvergenceError
from loop.records import Cost, Failure, FailureKind, Measurement, Outcome, Request, Value
from loop.seeds import child_seed

Answering = Callable[[Request], Outcome]


def answering(scenario: ScenarioTable, oracles: Sequence[ComputedOracle], seed: int) -> Answering:
    """Look answers up, spoilt as the scenario wants: the same request always in the same way."""
    by_kind = {oracle.kind: oracle for oracle in oracles}

    def answer(request: Request) -> Outcome:
        oracle = by_kind[request.oracle]
        try:
            found: Measurement = oracle.measure(request.molecule, Path())
        except ConvergenceError as error:
            seconds = oracle.expected_cpu_seconds(request.molecule)
            cost = _late(Cost(seconds, seconds), scenario, child_seed(seed, "late", request.key))
            return Failure(FailureKind.CONVERGENCE, str(error), cost)
        if oracle.exact:
            return found
        rng = np.random.default_rng(child_seed(seed, "spoil", request.key))
        cost = _late(found.cost, scenario, child_seed(seed, "late", request.key))
        if rng.random() < scenario.failures:
            return Failure(FailureKind.CONVERGENCE, "a failure put in by the scenario", cost)
        return Measurement(tuple(_noisy(v, scenario, rng) for v in found.values), cost)

    return answer


def _late(cost: Cost, scenario: ScenarioTable, seed: int) -> Cost:
    """The same work, done sooner or later than expected."""
    factor = np.exp(scenario.lateness * np.random.default_rng(seed).standard_normal())
    return replace(cost, wall_seconds=cost.wall_seconds * float(factor))


def _noisy(value: Value, scenario: ScenarioTable, rng: np.random.Generator) -> Value:
    sd = scenario.noise.get(value.property, 0.0)
    return Value(value.property, value.value + sd * float(rng.standard_normal()), value.unit, sd)
