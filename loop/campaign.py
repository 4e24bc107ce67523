"""Where a campaign stands; what was asked for is :class:`loop.definition.Definition`.

The state is nothing but the ledger read again; every figure a person sees is derived from it here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from loop.claims import Claim
from loop.metrics import hypervolume, pareto_mask
from loop.molecule import Molecule
from loop.objective import FloatArray, Objective, gains
from loop.protocols import Evidence, Lesson
from loop.readings import Notebook, assays
from loop.records import (
    Candidate,
    Failure,
    FailureKind,
    Measurement,
    OracleProtocol,
    Outcome,
    Pick,
    Property,
    Request,
    Value,
)


@dataclass(frozen=True)
class Screening:
    """Candidates of one round that were looked at by cheaper oracles before its batch was chosen."""

    number: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Teaching:
    """A generator was taught what was measured, before round ``number``.

    Attributes
    ----------
    source
        Place of the generator among the campaign's.
    kept
        Whether it goes on with what it learned.
    account
        What came of it, by the generator's own rule.
    """

    number: int
    source: int
    lesson: Lesson
    seed: int
    kept: bool
    account: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """One decision: what was picked, from what seed, and how the surrogate stood."""

    number: int
    seed: int
    opened_at: float
    picks: tuple[Pick, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A request with its outcome and the time it was recorded (seconds since 1970-01-01 UTC).

    ``attempt`` is the number of the attempt that was set back; 0 for what ended in an answer.
    """

    request: Request
    outcome: Outcome
    at: float
    attempt: int = 0


@dataclass(frozen=True)
class Session:
    """One run of the program on a campaign: start and last sign of life, and what ran it."""

    started: float
    last: float
    versions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the campaign's history."""

    seq: int
    at: float
    kind: str
    subject: str
    data: Mapping[str, Any]


PROGRESS = 0.01
"""Relative growth of the hypervolume that counts as progress."""


@dataclass(frozen=True)
class State:
    """The ledger read again, in the order in which things happened.

    ``answers`` holds also what the readings of :attr:`notebook` answer. ``setbacks`` are the failures, oldest
    first, after which a request was left open to be tried again; ``deaths`` counts how often the program died
    while a request was calculated. ``claims`` says who has taken on which request. ``at`` is when the ledger
    was read (seconds since 1970-01-01 UTC), for what depends on a date. ``inquired`` is the number of rounds
    after which people were asked about the best, ``seq`` that of the last event.
    """

    rounds: tuple[Round, ...] = ()
    screenings: tuple[Screening, ...] = ()
    teachings: tuple[Teaching, ...] = ()
    requests: Mapping[str, Request] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    setbacks: tuple[Answer, ...] = ()
    deaths: Mapping[str, int] = field(default_factory=dict)
    inquired: int = 0
    answers: Mapping[str, Answer] = field(default_factory=dict)
    protocols: Mapping[str, OracleProtocol] = field(default_factory=dict)
    sessions: tuple[Session, ...] = ()
    closed: str | None = None
    notebook: Notebook = field(default_factory=Notebook)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    seq: int = 0
    at: float = 0.0

    def seen_at(self, at: float) -> State:
        """The same facts, read at another time; what was derived from them is kept."""
        seen = object.__new__(State)
        seen.__dict__.update(self.__dict__, at=at)
        return seen

    def opened(
        self, a_round: Round, requests: Sequence[Request], protocols: Sequence[OracleProtocol]
    ) -> State:
        """Return the state after a round was opened."""
        return replace(self, rounds=(*self.rounds, a_round))._asking(requests, protocols)

    def screening(
        self, screening: Screening, requests: Sequence[Request], protocols: Sequence[OracleProtocol]
    ) -> State:
        """Return the state after candidates were sent to be screened."""
        return replace(self, screenings=(*self.screenings, screening))._asking(requests, protocols)

    def _asking(self, requests: Sequence[Request], protocols: Sequence[OracleProtocol]) -> State:
        return replace(
            self,
            requests={**self.requests, **{r.key: r for r in requests}},
            protocols={**self.protocols, **{p.digest: p for p in protocols}},
        )

    def answered(self, answers: Sequence[Answer]) -> State:
        """Return the state after these answers were recorded."""
        return replace(self, answers={**self.answers, **{a.request.key: a for a in answers}})

    @cached_property
    def picks(self) -> tuple[Pick, ...]:
        """Everything ever picked, in order."""
        return tuple(pick for r in self.rounds for pick in r.picks)

    @cached_property
    def asked(self) -> tuple[Molecule, ...]:
        """Every molecule ever picked, and so asked about by all oracles."""
        return tuple(pick.candidate.molecule for pick in self.picks)

    @cached_property
    def pending(self) -> tuple[Request, ...]:
        """Requests without an answer."""
        return tuple(r for key, r in self.requests.items() if key not in self.answers)

    @cached_property
    def awaited(self) -> frozenset[Molecule]:
        """Molecules with a request that has no answer."""
        return frozenset(r.molecule for r in self.pending)

    @cached_property
    def failures(self) -> tuple[Answer, ...]:
        """Answers that are failures."""
        return tuple(a for a in self.answers.values() if isinstance(a.outcome, Failure))

    @cached_property
    def computed(self) -> tuple[Answer, ...]:
        """What programs brought, setbacks included, in the order recorded."""
        people = {p.digest for p in self.protocols.values() if assays(p)}
        brought = [a for a in self.answers.values() if a.request.protocol not in people]
        return tuple(sorted((*brought, *self.setbacks), key=lambda a: a.at)) if self.setbacks else (*brought,)

    @cached_property
    def set_back(self) -> Mapping[str, tuple[Answer, ...]]:
        """Request key -> its setbacks, oldest first."""
        found: dict[str, tuple[Answer, ...]] = {}
        for setback in self.setbacks:
            key = setback.request.key
            found[key] = (*found.get(key, ()), setback)
        return found

    @cached_property
    def failed(self) -> tuple[Molecule, ...]:
        """Molecules with a failure that may be their own, in the order asked.

        All but transient ones count, the last answer to a request alone: what ran out of time or memory
        here would do so again, and whether failures follow the molecule is for a model to find out.
        """
        told = {
            answer.request.molecule
            for answer in self.failures
            if isinstance(answer.outcome, Failure) and answer.outcome.kind is not FailureKind.TRANSIENT
        }
        return tuple(m for m in self.asked if m in told)

    @cached_property
    def spent(self) -> Mapping[Molecule, float]:
        """CPU seconds of all answers and setbacks about each molecule."""
        found: dict[Molecule, float] = {}
        for answer in (*self.answers.values(), *self.setbacks):
            molecule = answer.request.molecule
            found[molecule] = found.get(molecule, 0.0) + answer.outcome.cost.cpu_seconds
        return found

    @cached_property
    def values(self) -> Mapping[str, Mapping[Molecule, Value]]:
        """Property name -> molecule -> value, in the order asked: that of the answers is up to chance.

        What people reported is here at once, also of what is not answered in full or was never asked.
        """
        found: dict[str, dict[Molecule, Value]] = {}
        for key, request in self.requests.items():
            answer = self.answers.get(key)
            if answer is not None and isinstance(answer.outcome, Measurement):
                for value in answer.outcome.values:
                    found.setdefault(value.property, {})[request.molecule] = value
        asked = {r.molecule: None for r in self.requests.values()} if self.notebook.values else {}
        for name, reported in self.notebook.values.items():
            found[name] = {m: reported[m] for m in (*asked, *reported) if m in reported}
        return found

    @cached_property
    def screened(self) -> tuple[Candidate, ...]:
        """Every candidate ever screened, picked since or not."""
        return tuple(candidate for s in self.screenings for candidate in s.candidates)

    @cached_property
    def ended(self) -> Mapping[Molecule, float]:
        """Picked molecules with no answer outstanding -> time of the last, seconds since 1970-01-01 UTC."""
        last: dict[Molecule, float] = {}
        for answer in self.answers.values():
            last[answer.request.molecule] = max(answer.at, last.get(answer.request.molecule, 0.0))
        return {m: last[m] for m in self.asked if m in last and m not in self.awaited}

    @property
    def evaluations(self) -> int:
        """Molecules asked for so far."""
        return len(self.picks)

    @cached_property
    def cpu_seconds(self) -> float:
        """CPU time of all answers and setbacks."""
        return sum(a.outcome.cost.cpu_seconds for a in (*self.answers.values(), *self.setbacks))

    @cached_property
    def wall_seconds(self) -> float:
        """Time during which the program ran on this campaign."""
        return sum(s.last - s.started for s in self.sessions)

    def evidence(self, prop: Property, cheaper: Property | None = None) -> Evidence:
        """Everything measured of one property, and of the one that stands for it in screening if any."""
        known = self.values.get(prop.name, {})
        return Evidence(
            prop,
            tuple(known),
            np.array([value.value for value in known.values()], dtype=np.float64),
            np.array([value.uncertainty for value in known.values()], dtype=np.float64),
            None if cheaper is None else self.evidence(cheaper),
        )

    def complete(self, objectives: Sequence[Objective]) -> tuple[Sequence[Molecule], FloatArray]:
        """Molecules with every objective measured, and their values, shape ``(n, n_objectives)``."""
        key = tuple(objectives)
        if key not in self._complete:
            columns = [self.values.get(o.property, {}) for o in key]
            molecules = tuple(m for m in self.asked if all(m in column for column in columns))
            values = [[column[m].value for column in columns] for m in molecules]
            table = np.array(values, dtype=np.float64).reshape(len(molecules), len(key))
            table.flags.writeable = False
            self._complete[key] = molecules, table
        return self._complete[key]

    @cached_property
    def _complete(self) -> dict[tuple[Objective, ...], tuple[tuple[Molecule, ...], FloatArray]]:
        """What :meth:`complete` gave; a decision asks several times."""
        return {}

    def pareto(self, objectives: Sequence[Objective]) -> list[Molecule]:
        """The non-dominated molecules, the largest worst-objective gain first."""
        molecules, table = self.complete(objectives)
        if not molecules:
            return []
        reached = gains(objectives, table)
        found = [int(i) for i in np.flatnonzero(pareto_mask(reached))]
        return [molecules[i] for i in sorted(found, key=lambda i: _balance(reached[i], molecules[i]))]

    def best(self, objectives: Sequence[Objective]) -> list[Molecule]:
        """All complete molecules, those of the Pareto front first, each sorted as there."""
        front = self.pareto(objectives)
        molecules, table = self.complete(objectives)
        reached = dict(zip(molecules, gains(objectives, table), strict=True)) if molecules else {}
        dominated = [m for m in molecules if m not in set(front)]
        return [*front, *sorted(dominated, key=lambda m: _balance(reached[m], m))]

    def meeting_all_goals(self, objectives: Sequence[Objective]) -> list[Molecule]:
        """Molecules inside every window and past every reference of a direction objective."""
        molecules, table = self.complete(objectives)
        met = np.all([o.met(table[:, k]) for k, o in enumerate(objectives)], axis=0)
        return [m for m, ok in zip(molecules, met, strict=True) if ok]

    def progress(self, objectives: Sequence[Objective]) -> list[tuple[int, float, float]]:
        """Evaluations answered, core-hours spent and hypervolume, after each answered molecule.

        The hypervolume is measured from the declared references (the origin of gain space).
        """
        ended = sorted(self.ended, key=lambda m: (self.ended[m], m))
        molecules, table = self.complete(objectives)
        reached = dict(zip(molecules, gains(objectives, table), strict=True)) if molecules else {}
        curve, seen = [], []
        answers = sorted((*self.answers.values(), *self.setbacks), key=lambda a: a.at)
        seconds = np.cumsum([a.outcome.cost.cpu_seconds for a in answers])
        told = np.searchsorted([a.at for a in answers], [self.ended[m] for m in ended], side="right")
        for count, (molecule, n) in enumerate(zip(ended, told, strict=True), start=1):
            hours = float(seconds[n - 1]) / 3600
            if molecule in reached:
                seen.append(reached[molecule])
            volume = hypervolume(np.array(seen), np.zeros(len(objectives))) if seen else 0.0
            curve.append((count, hours, volume))
        return curve

    def hypervolume_by_round(self, objectives: Sequence[Objective]) -> list[float]:
        """Hypervolume of everything measured up to and including each round."""
        molecules, table = self.complete(objectives)
        reached = gains(objectives, table)
        opened = {p.candidate.molecule: r.number for r in self.rounds for p in r.picks}
        number = np.array([opened[m] for m in molecules], dtype=int)
        origin = np.zeros(len(objectives))
        return [hypervolume(reached[number <= r.number], origin) for r in self.rounds]


def _balance(reached: FloatArray, molecule: Molecule) -> tuple[float, float, Molecule]:
    """Sorts by the objective in which a molecule is worst, then by all of them."""
    return -float(reached.min()), -float(reached.sum()), molecule
