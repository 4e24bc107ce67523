"""The tables of a campaign file, as pydantic models; every unknown key is refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from flows.notifying.message import Kind
from loop.definition import Budget, Meanwhile, StopRules, Waiting
from loop.failing import TRIES, FailurePolicy
from loop.molecule import ELEMENTS, UNSUITABLE, Limits, MoleculeError, check_smarts
from loop.objective import Direction, Objective
from loop.parts import nearest
from loop.records import FailureKind

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]


class Table(BaseModel):
    """A table of the file: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ObjectiveTable(Table):
    """``[[objectives]]``: one property and what is wanted of it."""

    property: str = Field(description="name of a property that one of the oracles measures")
    unit: str = Field(description="unit of reference, low and high; must be the oracle's")
    direction: Direction = Field(description="maximize, minimize or window")
    reference: float = Field(
        allow_inf_nan=False, description="the worst value worth having: origin of the hypervolume"
    )
    low: float | None = Field(None, allow_inf_nan=False, description="lower edge of the window")
    high: float | None = Field(None, allow_inf_nan=False, description="upper edge of the window")

    @model_validator(mode="after")
    def _consistent(self) -> ObjectiveTable:
        self.objective()
        return self

    def objective(self) -> Objective:
        """The goal as the loop understands it."""
        return Objective(self.property, self.unit, self.direction, self.reference, self.low, self.high)


class BudgetTable(Table):
    """``[budget]``: what may be spent; at least one entry is needed."""

    evaluations: Count | None = Field(None, description="molecules asked for, failures included")
    core_hours: Positive | None = Field(None, description="CPU time of the oracles, core-hours")
    wall_clock_hours: Positive | None = Field(None, description="running time, hours")
    rounds: Count | None = Field(None, description="rounds after the initial design")

    @model_validator(mode="after")
    def _some(self) -> BudgetTable:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError(
                "a campaign needs an end: give evaluations, core_hours, wall_clock_hours or rounds"
            )
        return self

    def budget(self) -> Budget:
        """The budget as the loop understands it."""
        return Budget(**self.model_dump())


class StopTable(Table):
    """``[stop]``: reasons to stop before the budget is spent."""

    molecules_meeting_all_goals: Count | None = Field(None, description="stop at this many")
    rounds_without_progress: Count | None = Field(None, description="hypervolume grew by less than 1 %")
    failures_in_a_row: Count | None = Field(8, description="of one oracle; pauses so that a person can look")

    def rules(self) -> StopRules:
        """The rules as the loop understands them."""
        return StopRules(**self.model_dump())


class LimitsTable(Table):
    """``[limits]``: which molecules are considered at all."""

    min_heavy_atoms: Count = 2
    max_heavy_atoms: Annotated[int, Field(gt=0, le=60)] = 14
    elements: tuple[str, ...] = ELEMENTS
    max_logp: float | None = Field(1.1, allow_inf_nan=False, description="Crippen logP")
    allow_charged: bool = False
    allow_zwitterions: bool = False
    exclude: dict[str, str] = Field(
        default_factory=lambda: dict(UNSUITABLE), description="name -> SMARTS of refused groups"
    )

    @field_validator("elements")
    @classmethod
    def _covered(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        foreign = [e for e in value if e not in ELEMENTS]
        if foreign:
            raise ValueError(f"element {foreign[0]} is not covered; choose from {', '.join(ELEMENTS)}")
        if "C" not in value or "H" not in value:
            raise ValueError("elements must include H and C")
        return value

    @field_validator("exclude")
    @classmethod
    def _smarts(cls, value: dict[str, str]) -> dict[str, str]:
        for name, smarts in value.items():
            try:
                check_smarts(smarts)
            except MoleculeError as error:
                raise ValueError(f"{name}: {error}") from error
        return value

    @model_validator(mode="after")
    def _ordered(self) -> LimitsTable:
        if self.min_heavy_atoms > self.max_heavy_atoms:
            raise ValueError(
                f"min_heavy_atoms {self.min_heavy_atoms} is above max_heavy_atoms {self.max_heavy_atoms}"
            )
        return self

    def limits(self) -> Limits:
        """The limits as the loop understands them."""
        return Limits(**self.model_dump())


class ProposalTable(Table):
    """``[proposal]``: size of a round and of the pool it is chosen from."""

    batch: Annotated[int, Field(gt=0, le=1000)] = Field(8, description="molecules per round")
    pool: Annotated[int, Field(ge=50, le=200_000)] = Field(4000, description="candidates per round")
    screen: Annotated[int, Field(ge=0, le=20_000)] = Field(
        0, description="candidates per round that the oracles with 'stands_for' measure before it is chosen"
    )


class ClusterTable(Table):
    """``[workers.cluster]``: calculations on other machines, reached through Dask."""

    kind: Literal["local", "scheduler", "slurm", "pbs"] = Field(
        description="local: Dask on this machine, to try it; scheduler: one that runs already; slurm, pbs: "
        "jobs that are submitted when there is work and end with the run"
    )
    address: str | None = Field(
        None, description="of a running scheduler, tcp://HOST:PORT or tls://HOST:PORT"
    )
    at_once: Count = Field(1, description="calculations of one job at the same time (slurm, pbs)")
    queue: str | None = Field(None, description="partition or queue of the jobs")
    account: str | None = Field(None, description="account or project they are charged to")
    walltime: str = Field("24:00:00", description="time limit of a job, HH:MM:SS")
    memory_gb: Positive | None = Field(
        None, description="memory of a job; by default what its calculations may use"
    )
    directives: tuple[str, ...] = Field(
        (), description="further lines of the job's head, without #SBATCH or #PBS"
    )
    prologue: tuple[str, ...] = Field((), description="commands before the worker, such as 'module load ...'")
    interface: str | None = Field(None, description="network interface of the workers, for example ib0")

    @model_validator(mode="after")
    def _reachable(self) -> ClusterTable:
        if (self.kind == "scheduler") != (self.address is not None):
            raise ValueError(
                "kind 'scheduler' needs its address, for example \"tcp://10.0.0.1:8786\""
                if self.address is None
                else f"an address is for kind 'scheduler', not for '{self.kind}'"
            )
        if self.address is not None and not re.fullmatch(r"(tcp|tls)://[^/\s]+:\d+", self.address):
            raise ValueError(f"address must be like tcp://HOST:PORT or tls://HOST:PORT, not {self.address!r}")
        return self

    @field_validator("walltime")
    @classmethod
    def _duration(cls, value: str) -> str:
        if not re.fullmatch(r"(\d+-)?\d{1,3}:[0-5]\d:[0-5]\d", value):
            raise ValueError("walltime must be HH:MM:SS or D-HH:MM:SS")
        return value

    @property
    def seconds(self) -> int:
        """Time limit of a job."""
        days, _, clock = self.walltime.rpartition("-")
        hours, minutes, seconds = map(int, clock.split(":"))
        return int(days or 0) * 86400 + hours * 3600 + minutes * 60 + seconds


class WorkersTable(Table):
    """``[workers]``: where calculations run, and how many."""

    count: Annotated[int, Field(gt=0, le=1024)] = Field(2, description="calculations at the same time")
    threads: Annotated[int, Field(gt=0, le=256)] = Field(
        1, description="threads of each calculation, or parts of it at a time"
    )
    asynchronous: bool = Field(
        False, description="a worker that falls free gets the next candidate, without waiting for the round"
    )
    cluster: ClusterTable | None = Field(None, description="other machines; without it, this one")

    @property
    def in_flight(self) -> int | None:
        """Molecules under way at once; ``None`` where rounds wait for all of theirs."""
        return self.count if self.asynchronous else None


class LaboratoryTable(Table):
    """``[laboratory]``: what the campaign does while only people have to answer."""

    meanwhile: Meanwhile = Field(
        Meanwhile.WAIT,
        description="wait: the next round is chosen when the laboratory has answered; go on: at once, with "
        "what is there as pending",
    )
    until: date | None = Field(None, description="from this day on the campaign goes on in any case")
    open_at_most: Count | None = Field(
        None, description="molecules at the laboratory above which no round is opened"
    )
    ask_best: Count | None = Field(
        None, description="molecules it is asked about after each round, the best as computed; by default all"
    )

    def waiting(self) -> Waiting:
        """The rules as the loop understands them; a day begins at midnight UTC."""
        until = None if self.until is None else datetime.combine(self.until, time(), UTC).timestamp()
        return Waiting(self.meanwhile, until, self.open_at_most, self.ask_best)


class FailuresTable(Table):
    """``[failures]``: how often a request is tried, by what went wrong; tries in all, 1 for never again."""

    transient: Count = Field(TRIES[FailureKind.TRANSIENT], description="something outside the calculation")
    unknown: Count = Field(TRIES[FailureKind.UNKNOWN], description="what nobody foresaw")
    resource: Count = Field(1, description="deadline or memory; a second try costs as much as the first")
    convergence: Count = Field(1, description="the oracle has tried its own remedies by then")
    pause_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        30.0, description="before the second try; twice as long before each further one"
    )
    deaths: Count = Field(5, description="of the program during one calculation, which is then given up")

    def policy(self) -> FailurePolicy:
        """The policy as the loop understands it."""
        kinds = (FailureKind.TRANSIENT, FailureKind.UNKNOWN, FailureKind.RESOURCE, FailureKind.CONVERGENCE)
        tries = {kind: int(getattr(self, kind.value)) for kind in kinds}
        return FailurePolicy(tries, self.pause_seconds, self.deaths)


class LedgerTable(Table):
    """``[ledger]``: where it is, if not in a file of the campaign's directory."""

    url: str | None = Field(None, description="postgresql://user@host:5432/database, without a password")

    @field_validator("url")
    @classmethod
    def _of_a_server(cls, value: str | None) -> str | None:
        from loop.ledger import LedgerError  # noqa: PLC0415 - only where a server is named
        from loop.ledger.address import checked  # noqa: PLC0415

        try:
            return None if value is None else checked(value).render_as_string(hide_password=True)
        except LedgerError as error:
            raise ValueError(str(error)) from error


class NotificationsTable(Table):
    """``[notifications]``: who is told what, while nobody watches."""

    urls: tuple[str, ...] = Field((), description="addresses as Apprise understands them, or 'env:NAME'")
    file: str | None = Field(None, description="JSON lines are appended; in the campaign's directory")
    on: tuple[Kind, ...] = Field(tuple(k for k in Kind if k is not Kind.START), description="what is told")

    @field_validator("file")
    @classmethod
    def _named_for_it(cls, value: str | None) -> str | None:
        # So that it is none of the campaign's own files, and what it holds is seen.
        if value is not None and not value.endswith(".jsonl"):
            raise ValueError("give it a name that ends with .jsonl")
        return value

    @field_validator("on", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        for word in value if isinstance(value, list | tuple) else ():
            if word not in list(Kind):
                raise ValueError(f"'{word}' is nothing to be told of; {nearest(str(word), list(Kind))}")
        return value


class SharingTable(Table):
    """``[sharing]``: measurements that several campaigns share, so that each is made once."""

    file: str | None = Field(None, description="SQLite file on a local disk, relative to the campaign file")


class PartTable(BaseModel):
    """A table that names a part by its ``kind``; its other keys are the part's own settings."""

    model_config = ConfigDict(frozen=True, extra="allow")
    kind: str

    @property
    def settings(self) -> dict[str, Any]:
        """Keys that belong to the part, its kind included."""
        return {"kind": self.kind, **(self.model_extra or {})}


class GeneratorTable(PartTable):
    """``[[generators]]``: a part of ``generators`` with its role in the campaign."""

    share: Annotated[float, Field(ge=0, le=1)] = Field(1.0, description="share of every pool")
    initial: Annotated[int, Field(ge=0)] = Field(0, description="molecules of the initial design")


class OracleTable(PartTable):
    """``[[oracles]]``: a part of ``oracles`` with the means each of its calculations gets."""

    deadline_minutes: Positive = Field(60.0, description="a calculation is killed after this")
    memory_gb: Annotated[float, Field(ge=0.2, le=100_000, allow_inf_nan=False)] = Field(
        6.0, description="address space of a calculation, 10^9 bytes"
    )
    stands_for: dict[str, str] = Field(
        default_factory=dict,
        description="property of this oracle -> property of an objective that it is a cheaper estimate of",
    )


class CampaignFile(Table):
    """The whole file."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    objectives: Annotated[tuple[ObjectiveTable, ...], Field(min_length=1, max_length=5)]
    budget: BudgetTable
    stop: StopTable = StopTable()
    limits: LimitsTable = LimitsTable()
    proposal: ProposalTable = ProposalTable()
    workers: WorkersTable = WorkersTable()
    laboratory: LaboratoryTable = LaboratoryTable()
    failures: FailuresTable = FailuresTable()
    ledger: LedgerTable = LedgerTable()
    notifications: NotificationsTable = NotificationsTable()
    sharing: SharingTable = SharingTable()
    generators: Annotated[tuple[GeneratorTable, ...], Field(min_length=1)]
    surrogate: PartTable
    acquisition: PartTable
    oracles: Annotated[tuple[OracleTable, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> CampaignFile:
        names = [o.property for o in self.objectives]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the objective '{name}' is given twice")
        initial = sum(g.initial for g in self.generators)
        if initial == 0:
            raise ValueError("the initial design is empty: give at least one generator 'initial' molecules")
        evaluations = self.budget.evaluations
        if evaluations is not None and evaluations < initial:
            raise ValueError(
                f"impossible budget: {evaluations} evaluations do not cover the initial design of {initial}"
            )
        if self.workers.asynchronous and self.proposal.screen:
            raise ValueError(
                "a campaign screens by rounds: set workers.asynchronous or proposal.screen, not both"
            )
        if self.workers.asynchronous and self.laboratory.ask_best:
            raise ValueError(
                "the laboratory is asked by rounds: set workers.asynchronous or laboratory.ask_best, not both"
            )
        if all(g.share == 0 for g in self.generators):
            raise ValueError("no generator has a share of the pool; give one a 'share' above 0")
        return self


ELSEWHERE = ("ledger",)
"""Tables that say where a campaign is kept, and nothing about what it is."""

AMENDABLE = ("budget", "stop", "workers", "laboratory", "failures", "notifications", "sharing")
"""Tables that may change while a campaign runs: they change no value and no proposal already made."""
