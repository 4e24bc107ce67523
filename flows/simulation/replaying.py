"""One simulation: a scenario with a seed, from a file to rows of figures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import pandas as pd

from flows.campaign_file import CampaignFileError
from flows.campaign_file.reading import Source, validated
from flows.simulation.answering import Answering, answering
from flows.simulation.genetic import Genetic
from flows.simulation.labelled import Task, read_labelled
from flows.simulation.measures import Yardstick, measure
from flows.simulation.nearby import Nearby
from flows.simulation.seats import embedding_version, part, surrogate
from flows.simulation.strategies import NoSurrogate, Sorted, TrainedOnce
from flows.simulation.tables import ScenarioTable, SimulationFile
from loop.definition import Budget, Definition, StopRules
from loop.design import at_random, representative
from loop.labels import Lookup, Shelf
from loop.molecule import Limits
from loop.parts import nearest
from loop.protocols import Acquisition, ComputedOracle, Oracle, Surrogate
from loop.seats import Parts
from loop.seats import Source as PoolSource
from loop.simulate import simulate
from surrogates.fidelity.delta import Delta

ACQUISITIONS = "surrogates.acquisitions"

LEAST_INITIAL, SHARE_INITIAL = 10, 0.02
LEAST_EVALUATIONS, SHARE_EVALUATIONS = 50, 0.1
"""Defaults of a file that says neither: so many molecules, or this share of the pool."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """A simulation file with its table, both checked."""

    file: SimulationFile
    source: Source
    yardstick: Yardstick

    @cached_property
    def fingerprint(self) -> str:
        """Content hash of what decides a row: labels, run times, and the file but for workers and seeds.

        Where a surrogate needs an embedding, its version too: weights may change and their path stay.
        """
        settings = self.file.model_dump_json(exclude={"workers", "seeds"})
        labels, version = self.yardstick.task.labels, embedding_version(self.file, self.source)
        text = f"{settings}{labels.digest}{labels.seconds.tolist()}{version}"
        if (cheap := self.yardstick.task.screening) is not None:
            text += f"{cheap.digest}{cheap.seconds.tolist()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def open_simulation(path: Path) -> Simulation:
    """Read and check a simulation file, its table and every strategy it names.

    Raises
    ------
    CampaignFileError
        Naming every problem with its line.
    """
    source = Source(path)
    file = validated(SimulationFile, source.content, source, ())
    yardstick = Yardstick(read_labelled(file, path.parent))
    pool = len(yardstick.task.labels.molecules)
    initial, evaluations = sizes(file, pool)
    problems = []
    if evaluations > pool:
        problems.append(
            source.problem(("evaluations",), f"{evaluations} evaluations, but the pool has {pool} molecules")
        )
    if initial >= evaluations:
        problems.append(
            source.problem(
                ("initial",), f"{initial} initial molecules leave nothing of {evaluations} evaluations"
            )
        )
    if yardstick.volume <= 0:
        problems.append(
            source.problem(
                (),
                "no molecule of the table is better than every reference; declare references that some reach",
            )
        )
    for k, scenario in enumerate(file.scenarios):
        batch, offer = scenario.batch or file.batch, scenario.generator
        if offer is not None and offer.pool < batch:
            sentence = f"{offer.pool} molecules a round cannot fill a batch of {batch}; give more"
            problems.append(source.problem(("scenarios", k, "generator", "pool"), sentence))
        problems += _problems(file, k, source, yardstick.task)
        problems += _impossible(scenario, scenario.places or file.places, ("scenarios", k), source)
    if problems:
        raise CampaignFileError(problems)
    return Simulation(file, source, yardstick)


def sizes(file: SimulationFile, pool: int) -> tuple[int, int]:
    """Initial molecules and evaluations in all."""
    evaluations = file.evaluations or min(pool, max(LEAST_EVALUATIONS, round(SHARE_EVALUATIONS * pool)))
    initial = file.initial or min(max(LEAST_INITIAL, round(SHARE_INITIAL * pool)), max(evaluations // 2, 1))
    return initial, evaluations


def replay(simulation: Simulation, scenario: str, seed: int) -> pd.DataFrame:
    """Run one scenario with one seed; the same arguments give the same rows (times apart)."""
    import botorch  # noqa: F401, PLC0415 - once a process, so that no round is charged for it

    rows = measure(simulation.yardstick, simulate(*staged(simulation, scenario, seed)))
    return pd.DataFrame(rows).assign(scenario=scenario, seed=seed)


def staged(simulation: Simulation, scenario: str, seed: int) -> tuple[Definition, Parts, Answering, int]:
    """What :func:`loop.simulate.simulate` replays for one scenario with one seed."""
    file = simulation.file
    chosen = next(s for s in file.scenarios if s.name == scenario)
    definition, parts = _assembled(file, chosen, simulation.yardstick.task, seed, simulation.source)
    return definition, parts, answering(chosen, _computed(parts), seed), chosen.places or file.places


def _computed(parts: Parts) -> list[ComputedOracle]:
    return [oracle for oracle in parts.oracles if isinstance(oracle, ComputedOracle)]


def _assembled(
    file: SimulationFile, scenario: ScenarioTable, task: Task, seed: int, source: Source
) -> tuple[Definition, Parts]:
    labels, offer = task.labels, scenario.generator
    initial, evaluations = sizes(file, len(labels.molecules))
    learned = tuple(o.property for o in task.objectives if o.property not in task.known)
    oracles: list[Oracle] = [Lookup(labels, learned, exact=False)]
    if task.known:
        oracles.append(Lookup(labels, task.known, exact=True, kind="known"))
    if scenario.screen and task.screening is not None:
        oracles.append(Lookup(task.screening, tuple(task.cheaper.values()), exact=False, kind="screening"))
    definition = Definition(
        name=file.name,
        seed=seed,
        objectives=task.objectives,
        limits=Limits(),
        budget=Budget(evaluations=evaluations),
        stop=StopRules(failures_in_a_row=None),
        batch=scenario.batch or file.batch,
        pool=len(labels.molecules) if offer is None else offer.pool,
        in_flight=(scenario.places or file.places) if scenario.asynchronous else None,
        screened=scenario.screen,
        cheaper=task.cheaper if scenario.screen else {},
    )
    design = at_random if file.design == "random" else representative
    generator = Shelf(labels) if offer is None else Nearby(labels, offer.random_share)
    return definition, Parts(
        [PoolSource(generator, 1.0, initial, design)],
        oracles,
        _surrogate(file, scenario, initial, source),
        _acquisition(scenario, task, source),
    )


def _surrogate(file: SimulationFile, scenario: ScenarioTable, initial: int, source: Source) -> Surrogate:
    if not scenario.learns:
        return NoSurrogate()
    base = surrogate(file, scenario, source)
    base = Delta(base) if scenario.screen else base
    return TrainedOnce(base, initial) if scenario.train_once else base


def _acquisition(scenario: ScenarioTable, task: Task, source: Source) -> Acquisition:
    if scenario.genetic:
        return Genetic()
    if scenario.sort_by is None:
        return cast(Acquisition, part(ACQUISITIONS, scenario.acquisition, source))
    column = task.labels.column(scenario.sort_by) * (-1.0 if scenario.descending else 1.0)
    return Sorted(scenario.sort_by, dict(zip(task.labels.molecules, column.tolist(), strict=True)))


def _problems(file: SimulationFile, number: int, source: Source, task: Task) -> list[str]:
    scenario, where = file.scenarios[number], ("scenarios", number)
    found: list[str] = []
    for check in (
        lambda: surrogate(file, scenario, source, (*where, "surrogate")),
        lambda: part(ACQUISITIONS, scenario.acquisition, source, (*where, "acquisition")),
    ):
        try:
            check()
        except CampaignFileError as error:
            found += error.problems
    known = [o.property for o in task.objectives]
    return found + [
        source.problem((*where, "noise"), f"'{name}' is no objective; {nearest(name, known)}")
        for name in scenario.noise
        if name not in known
    ]


def _impossible(
    scenario: ScenarioTable, places: int, where: tuple[str | int, ...], source: Source
) -> list[str]:
    if not scenario.asynchronous:
        return []
    found = []
    if places < 2:
        sentence = f"needs places = 2 or more, not {places}; batch = 1 decides after each molecule"
        found.append(source.problem((*where, "asynchronous"), sentence))
    if scenario.batch is not None:
        sentence = "an asynchronous scenario has no rounds of a size, free places are filled; leave it out"
        found.append(source.problem((*where, "batch"), sentence))
    return found
