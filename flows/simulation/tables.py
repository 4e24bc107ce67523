"""The tables of a simulation file, as pydantic models; every unknown key is refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from flows.campaign_file.tables import Count, ObjectiveTable, PartTable, Table
from loop.objective import Direction

Finite = Annotated[float, Field(allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Places = Annotated[int, Field(gt=0, le=1024)]


class LabelledObjectiveTable(ObjectiveTable):
    """``[[objectives]]``: a column of the table and what is wanted of it."""

    column: str | None = Field(None, description="column of the table; the property's name if left out")
    known: bool = Field(
        False, description="known of every molecule beforehand, as synthetic accessibility is"
    )
    cheaper: str | None = Field(
        None, description="column of a cheaper estimate in the same unit, for scenarios that screen"
    )

    @model_validator(mode="after")
    def _measured(self) -> LabelledObjectiveTable:
        if self.known and self.cheaper is not None:
            raise ValueError("what is known beforehand needs no cheaper estimate")
        return self


class OfferTable(Table):
    """``generator = { ... }`` of a scenario: what of the table is looked at in a round."""

    pool: Count = Field(description="molecules proposed in a round")
    random_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.25, description="share of these drawn at random; the others are the nearest to the best measured"
    )


class ScenarioTable(Table):
    """``[[scenarios]]``: one strategy."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_ -]{0,63}$")
    surrogate: PartTable = PartTable(kind="sum_gp")
    acquisition: PartTable = PartTable(kind="portfolio")
    batch: Count | None = Field(None, description="molecules per round, if not the file's")
    places: Places | None = Field(None, description="molecules measured side by side, if not the file's")
    asynchronous: bool = Field(
        False, description="a place that falls free is filled at once, instead of when the round is answered"
    )
    train_once: bool = Field(False, description="the surrogate learns from the initial molecules only")
    sort_by: str | None = Field(
        None, description="a column; molecules are taken in its order, without any surrogate"
    )
    descending: bool = Field(False, description="sort_by: the largest first")
    genetic: bool = Field(
        False,
        description="a genetic algorithm instead of a surrogate: whatever is most like the offspring of the "
        "best measured",
    )
    generator: OfferTable | None = Field(
        None, description="propose near the best measured in each round, instead of the whole table"
    )
    screen: Annotated[int, Field(ge=0)] = Field(
        0, description="candidates per round whose cheaper estimates are asked for before it is chosen"
    )
    failures: Annotated[float, Field(ge=0, lt=1)] = Field(0.0, description="share of requests that fail")
    noise: dict[str, NonNegative] = Field(
        default_factory=dict, description="property -> standard deviation added to what is measured"
    )
    lateness: NonNegative = Field(
        0.0, description="spread of the time to an answer: standard deviation of its logarithm"
    )

    @property
    def learns(self) -> bool:
        """Whether a surrogate decides."""
        return not self.genetic and self.sort_by is None

    @model_validator(mode="after")
    def _one_strategy(self) -> ScenarioTable:
        if self.genetic and self.sort_by is not None:
            raise ValueError("give 'genetic' or 'sort_by', not both")
        if self.screen and not self.learns:
            raise ValueError("screen needs a surrogate; leave 'genetic' and 'sort_by' out")
        if self.screen and self.asynchronous:
            raise ValueError("screen goes by rounds; leave 'asynchronous' out")
        return self


STANDARD = (
    ScenarioTable(name="random", acquisition=PartTable(kind="random")),
    ScenarioTable(name="default"),
    ScenarioTable(name="log-EHVI", acquisition=PartTable(kind="log_ehvi")),
    ScenarioTable(name="UCB", acquisition=PartTable(kind="scalarised_ucb")),
    ScenarioTable(name="Thompson", acquisition=PartTable(kind="thompson")),
    ScenarioTable(name="greedy", acquisition=PartTable(kind="greedy")),
    ScenarioTable(name="graph GA", genetic=True),
    ScenarioTable(name="train once", acquisition=PartTable(kind="greedy"), train_once=True),
)
"""Compared when a file names no scenarios: the campaign's default between its controls."""


class SimulationFile(Table):
    """The whole file."""

    table: str = Field(description="CSV or parquet file of labelled molecules, relative to this file")
    name: str = Field("simulation", pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    smiles: str | None = Field(
        None, description="column of SMILES; one named smiles, in any case, if left out"
    )
    seconds: str | None = Field(
        None, description="column of what measuring a molecule cost, CPU seconds, which is how long it took"
    )
    screening_seconds: NonNegative | str | None = Field(
        None,
        description="what the cheaper estimates of a molecule cost together, CPU seconds, or their column",
    )
    missing: Literal["error", "restrict", "failure"] = Field(
        "error",
        description="molecules without every label: an error, left out of the pool, or taken for ones whose "
        "measurement fails",
    )
    maximize: dict[str, Finite] = Field(default_factory=dict, description="column -> reference")
    minimize: dict[str, Finite] = Field(default_factory=dict, description="column -> reference")
    objectives: tuple[LabelledObjectiveTable, ...] = ()
    evaluations: Count | None = Field(None, description="molecules measured, the initial ones included")
    initial: Count | None = Field(None, description="molecules measured before anything is learned")
    design: Literal["random", "representative"] = Field("random", description="how these are chosen")
    batch: Count = Field(5, description="molecules per round")
    places: Places = Field(1, description="molecules measured side by side")
    seeds: Count = Field(20, description="repetitions, the same for every scenario")
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    workers: Annotated[int, Field(gt=0, le=256)] = Field(2, description="simulations at the same time")
    embedding: PartTable = Field(
        PartTable(kind="vae"), description="generator whose latent space a surrogate gets that needs one"
    )
    scenarios: Annotated[tuple[ScenarioTable, ...], Field(min_length=1)] = STANDARD

    @model_validator(mode="after")
    def _whole(self) -> SimulationFile:
        names = [s.name for s in self.scenarios]
        columns = [o.property for o in self.wanted()]
        for kind, given in (("scenario", names), ("objective", columns)):
            for name in given:
                if given.count(name) > 1:
                    raise ValueError(f"the {kind} '{name}' is given twice")
        if not 1 <= len(columns) <= 5:
            raise ValueError(
                f"{len(columns)} objectives; give 1 to 5, as maximize = {{ column = reference }}, "
                "minimize or [[objectives]]"
            )
        cheaper = [o.cheaper for o in self.wanted() if o.cheaper is not None]
        if any(s.screen for s in self.scenarios) and not cheaper:
            raise ValueError("a scenario screens, but no objective has a 'cheaper' column")
        if cheaper and self.screening_seconds is None:
            raise ValueError("cheaper estimates have a cost too: give screening_seconds")
        if all(o.known for o in self.wanted()):
            raise ValueError("every objective is known beforehand; there is nothing to measure")
        return self

    def wanted(self) -> tuple[LabelledObjectiveTable, ...]:
        """All objectives, however they were written."""
        short = [
            LabelledObjectiveTable(property=p, unit="", direction=way, reference=reference)
            for way, goals in ((Direction.MAXIMIZE, self.maximize), (Direction.MINIMIZE, self.minimize))
            for p, reference in goals.items()
        ]
        return (*short, *self.objectives)
