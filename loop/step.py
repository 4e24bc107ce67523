"""One decision of a campaign: pure, and seeded by (campaign seed, round).

:func:`decide` looks at the state and says what to do next. Whoever drives the loop (a Prefect flow, a
simulation, a person at the command line) carries it out, writes it into the ledger, and asks again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loop.campaign import Definition, Meanwhile, State
from loop.design import Design, representative
from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import (
    Acquisition,
    Belief,
    ChosenBelief,
    DeferredOracle,
    Evidence,
    ExactOracle,
    Generator,
    Oracle,
    Question,
    Shortlisting,
    Surrogate,
)
from loop.records import Candidate, Pick, Request
from loop.stopping import budget_spent, oracle_broken, reason_to_stop

ENOUGH_TO_FIT = 4
"""Measurements of every learned property below which the design goes on without a surrogate."""

WAITING = "waiting for the laboratory"
"""How the reason of every :class:`Wait` begins."""

INCUMBENTS = 12
"""Molecules near which generators are asked to look: the Pareto set, best balanced first."""


@dataclass(frozen=True)
class Source:
    """A generator and what it is asked for.

    Attributes
    ----------
    share
        Part of every pool, 0 to 1.
    initial
        Molecules of the initial design.
    design
        How these are chosen from what the generator proposes.
    """

    generator: Generator
    share: float
    initial: int
    design: Design = representative


@dataclass(frozen=True)
class Parts:
    """The parts that sit in a campaign's seats."""

    sources: Sequence[Source]
    oracles: Sequence[Oracle]
    surrogate: Surrogate
    acquisition: Acquisition


@dataclass(frozen=True)
class Propose:
    """Open this round: commit the batch and its requests, then evaluate."""

    number: int
    seed: int
    batch: tuple[Pick, ...]
    requests: tuple[Request, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Screen:
    """Before this round: ask cheaper oracles about its most promising candidates, then decide again."""

    number: int
    candidates: tuple[Candidate, ...]
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Evaluate:
    """Get answers to these requests, in this order, going on with those under way.

    With ``Definition.in_flight`` the next decision is due after the next answer, else after all of them.
    """

    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Ask:
    """Ask people about the best of what is computed: commit the requests, then decide again.

    Attributes
    ----------
    rounds
        How many rounds there were when these were chosen.
    """

    rounds: int
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Wait:
    """Nothing is to be done before people report, or before a date.

    Attributes
    ----------
    requests
        What is awaited of them.
    reason
        For a person: why nothing else is done meanwhile.
    until
        When to decide again even so, seconds since 1970-01-01 UTC.
    """

    requests: tuple[Request, ...]
    reason: str
    until: float | None = None


@dataclass(frozen=True)
class Pause:
    """End this run, not the campaign: a person has to look before more is spent."""

    reason: str


@dataclass(frozen=True)
class Close:
    """End the campaign."""

    reason: str


Decision = Propose | Screen | Evaluate | Ask | Wait | Pause | Close


def child_seed(seed: int, *path: str | int) -> int:
    """Derive a seed from the campaign's and a path such as ``(round, "prior")``; 31 bits."""
    text = "/".join(str(part) for part in (seed, *path))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def decide(definition: Definition, parts: Parts, state: State) -> Decision:
    """Say what to do next; the same arguments give the same answer."""
    if state.closed is not None:
        return Close(state.closed)
    computed = to_compute(parts, state)
    if not computed and (asking := ask(definition, parts, state)) is not None:
        return asking
    if state.pending and not computed:
        return _meanwhile(definition, parts, state)
    if (halt := halted(definition, state)) is not None:
        return halt
    if not computed:
        return _next(definition, parts, state)
    if _may_add(definition, parts, state):
        decision = _next(definition, parts, state)
        if isinstance(decision, Propose):
            return decision
    return Evaluate(_in_turn(definition, parts, state, computed))


def halted(definition: Definition, state: State) -> Close | Pause | None:
    """Whether nothing more may be begun, not even what was asked for already."""
    if (spent := budget_spent(definition.budget, state)) is not None:
        return Close(spent)
    if (broken := oracle_broken(definition.stop.failures_in_a_row, state)) is not None:
        return Pause(broken)
    return None


def to_compute(parts: Parts, state: State) -> tuple[Request, ...]:
    """Requests without an answer that programs, not people, have to answer."""
    people = {oracle.kind for oracle in _people(parts)}
    return tuple(request for request in state.pending if request.oracle not in people)


def _people(parts: Parts) -> list[DeferredOracle]:
    return [oracle for oracle in parts.oracles if isinstance(oracle, DeferredOracle)]


def ask(definition: Definition, parts: Parts, state: State) -> Ask | None:
    """Choose what people are asked about once a round is computed; ``None`` where that is done or not wanted.

    The best are those on the Pareto front of what is computed, and of these the ones whose worst gain is
    largest. As long as too little is known of what people measure, they are asked about as many as it takes.
    """
    most, rounds = definition.waiting.ask_best, len(state.rounds)
    ready = ready_to_learn(definition, parts, state)
    if most is None or not rounds or (state.inquired == rounds and (ready or state.pending)):
        return None
    people = _people(parts)
    told = {p.name for oracle in people for p in oracle.properties}
    kinds = {oracle.kind for oracle in people}
    asked = {r.molecule for r in state.requests.values() if r.oracle in kinds}
    computed = [o for o in definition.objectives if o.property not in told]
    best = [m for m in state.best(computed) if m not in asked]
    chosen = best[: most if ready else max(most, ENOUGH_TO_FIT)]
    if not chosen and state.inquired == rounds:
        return None
    return Ask(rounds, tuple(Request.ask(m, oracle.protocol()) for m in chosen for oracle in people))


def _meanwhile(definition: Definition, parts: Parts, state: State) -> Propose | Screen | Wait | Close:
    """What to do while people are asked and programs have answered."""
    waiting, asked = definition.waiting, _counted(len(state.awaited))
    patient = _patient(definition, state)
    stopping = reason_to_stop(definition, state)
    if stopping is None and (why := why_wait(definition, parts, state)) is None:
        decision = _next(definition, parts, state)
        if not isinstance(decision, Close):
            return decision
        stopping = decision.reason
    if stopping is not None:
        if not patient:
            return Close(f"{stopping}; {asked} still with the laboratory")
        why = f"otherwise it would end ({stopping})"
    until = waiting.until if patient else None
    return Wait(state.pending, f"{WAITING}, which has {asked}: {why}", until)


def _counted(molecules: int) -> str:
    return "1 molecule" if molecules == 1 else f"{molecules} molecules"


def _patient(definition: Definition, state: State) -> bool:
    until = definition.waiting.until
    return until is None or state.at < until


def why_wait(definition: Definition, parts: Parts, state: State) -> str | None:
    """Why no round is opened while people are asked; ``None`` where one may be."""
    waiting = definition.waiting
    if not ready_to_learn(definition, parts, state):
        return f"{ENOUGH_TO_FIT} measurements of every objective are needed to go on"
    if waiting.open_at_most is not None and len(state.awaited) >= waiting.open_at_most:
        return f"no more than {waiting.open_at_most} are to be there at once"
    if waiting.meanwhile is Meanwhile.WAIT and _patient(definition, state):
        return "the next round is chosen when it has answered"
    return None


def _may_add(definition: Definition, parts: Parts, state: State) -> bool:
    """Whether a place is free and enough is known to fill it; a design is not drawn twice meanwhile."""
    complete = state.complete(definition.objectives)[0]
    if len(complete) < ENOUGH_TO_FIT or not _free(definition, parts, state):
        return False
    at_people = len(to_compute(parts, state)) < len(state.pending)
    return not at_people or why_wait(definition, parts, state) is None


def _free(definition: Definition, parts: Parts, state: State) -> int:
    """Molecules that programs have room for; what people are asked about takes none of it."""
    if definition.in_flight is None:
        return 0
    return max(0, definition.in_flight - len({r.molecule for r in to_compute(parts, state)}))


def _next(definition: Definition, parts: Parts, state: State) -> Propose | Screen | Close:
    reason = reason_to_stop(definition, state)
    if reason is not None:
        return Close(reason)
    if (screening := screen(definition, parts, state)) is not None:
        return screening
    proposal = propose(definition, parts, state)
    return proposal if proposal.batch else Close("nothing left to propose inside the limits")


def screen(definition: Definition, parts: Parts, state: State) -> Screen | None:
    """Choose what cheaper oracles look at before this round; ``None`` where that is done or not wanted."""
    number = len(state.rounds)
    done = bool(state.screenings) and state.screenings[-1].number == number
    if done or not definition.screened or not _enough(evidence := _evidence(definition, parts, state)):
        return None
    known = set(state.asked).union(c.molecule for c in state.screened)
    seed = child_seed(definition.seed, number)
    pool = [c for c in _pool(definition, parts, state, seed) if c.molecule not in known]
    if not pool or not isinstance(parts.acquisition, Shortlisting):
        return None
    question = _question(
        definition, parts, state, _beliefs(parts, evidence, seed), pool, definition.batch, seed
    )
    chosen = parts.acquisition.promising(question, definition.screened)
    screens = screening_oracles(definition, parts)
    requests = [Request.ask(c.molecule, o.protocol()) for c in chosen for o in screens]
    return Screen(number, tuple(chosen), tuple(requests)) if chosen else None


def screening_oracles(definition: Definition, parts: Parts) -> list[Oracle]:
    """The oracles whose values stand for dearer ones."""
    cheaper = set(definition.cheaper.values())
    return [o for o in parts.oracles if cheaper.intersection(p.name for p in o.properties)]


def propose(definition: Definition, parts: Parts, state: State) -> Propose:
    """Choose the next batch: an initial design first, then by surrogate and acquisition."""
    number = len(state.rounds)
    seed = child_seed(definition.seed, number)
    evidence = _evidence(definition, parts, state)
    left = definition.budget.evaluations
    room = left - state.evaluations if left is not None else definition.pool
    if _enough(evidence):
        size = min(_round_size(definition, parts, state), room)
        batch, notes = _acquire(definition, parts, state, _beliefs(parts, evidence, seed), size, seed)
    else:
        batch, notes = _design(definition, parts, state, room, seed)
    later = [] if definition.waiting.ask_best is None else _people(parts)
    now = [oracle for oracle in parts.oracles if oracle not in later]
    asked = [Request.ask(p.candidate.molecule, o.protocol()) for p in batch for o in now]
    requests = [r for r in asked if r.key not in state.requests]
    return Propose(number, seed, tuple(batch), tuple(requests), notes)


def _evidence(definition: Definition, parts: Parts, state: State) -> list[Evidence]:
    """What is known of each objective that is learned."""
    learned = {p.name: p for oracle in parts.oracles if not oracle.exact for p in oracle.properties}
    wanted = {o.property for o in definition.objectives}
    cheaper = {name: learned[other] for name, other in definition.cheaper.items()}
    return [state.evidence(p, cheaper.get(name)) for name, p in learned.items() if name in wanted]


def ready_to_learn(definition: Definition, parts: Parts, state: State) -> bool:
    """Whether every learned objective has enough measurements for a surrogate."""
    return _enough(_evidence(definition, parts, state))


def _enough(evidence: Sequence[Evidence]) -> bool:
    return all(len(e.molecules) >= ENOUGH_TO_FIT for e in evidence)


def _beliefs(parts: Parts, evidence: Sequence[Evidence], seed: int) -> dict[str, Belief]:
    return {
        e.property.name: parts.surrogate.fit(e, child_seed(seed, "fit", e.property.name)) for e in evidence
    }


def _round_size(definition: Definition, parts: Parts, state: State) -> int:
    """A batch, or as many as places are free; where none is, the one that would come next."""
    return definition.batch if definition.in_flight is None else max(1, _free(definition, parts, state))


def _design(
    definition: Definition, parts: Parts, state: State, room: int, seed: int
) -> tuple[list[Pick], dict[str, Any]]:
    batch: list[Pick] = []
    for k, source in enumerate(parts.sources):
        count = min(source.initial, room - len(batch))
        if count <= 0:
            continue
        child = child_seed(seed, "design", k)
        drawn = source.generator.propose([], definition.pool, definition.limits, child)
        taken = [*state.asked, *(p.candidate.molecule for p in batch)]
        batch += source.design(_askable(parts, drawn, taken), count, taken, child)
    return batch, {"stage": "initial design"}


def _acquire(
    definition: Definition,
    parts: Parts,
    state: State,
    beliefs: Mapping[str, Belief],
    size: int,
    seed: int,
) -> tuple[list[Pick], dict[str, Any]]:
    pool = _pool(definition, parts, state, seed)
    question = _question(definition, parts, state, beliefs, pool, size, seed)
    batch = parts.acquisition.choose(question) if pool else []
    origins = dict(Counter(candidate.origin for candidate in pool))
    return batch, {
        "stage": "acquisition",
        "pool": origins,
        "surrogate": {name: _figures(belief) for name, belief in beliefs.items()},
        "generators": {s.generator.kind: s.generator.version() for s in parts.sources},
    }


def _question(
    definition: Definition,
    parts: Parts,
    state: State,
    beliefs: Mapping[str, Belief],
    pool: Sequence[Candidate],
    size: int,
    seed: int,
) -> Question:
    measured, front = state.complete(definition.objectives)
    pending = sorted(state.awaited)
    return Question(
        pool=pool,
        objectives=definition.objectives,
        beliefs=beliefs,
        exact=_exact(parts, [c.molecule for c in pool]),
        measured=measured,
        front=front,
        pending=pending,
        pending_exact=_exact(parts, pending),
        asked=state.asked,
        batch=size,
        seed=child_seed(seed, "acquisition"),
        failed=state.failed,
        spent=state.spent,
    )


def _figures(belief: Belief) -> dict[str, float | str]:
    """How a fit stands, and of which surrogate it is where several were tried."""
    chosen = {"chosen": belief.chosen} if isinstance(belief, ChosenBelief) else {}
    return {**chosen, **belief.diagnostics}


def _pool(definition: Definition, parts: Parts, state: State, seed: int) -> list[Candidate]:
    incumbents = state.pareto(definition.objectives)[:INCUMBENTS]
    drawn: list[Candidate] = []
    for k, source in enumerate(parts.sources):
        n = round(source.share * definition.pool)
        if n:
            child = child_seed(seed, "pool", k)
            drawn += source.generator.propose(incumbents, n, definition.limits, child)
    return _askable(parts, [*state.screened, *drawn], state.asked)


def _askable(parts: Parts, candidates: Sequence[Candidate], taken: Sequence[Molecule]) -> list[Candidate]:
    """Drop repeats, what was asked before and what an oracle cannot measure."""
    found: dict[Molecule, Candidate] = {}
    for candidate in candidates:
        found.setdefault(candidate.molecule, candidate)
    for molecule in taken:
        found.pop(molecule, None)
    left = list(found.values())
    for oracle in parts.oracles:
        refusal = oracle.refusal
        left = [candidate for candidate in left if refusal(candidate.molecule) is None]
    return left


def _exact(parts: Parts, molecules: Sequence[Molecule]) -> dict[str, FloatArray]:
    found: dict[str, FloatArray] = {}
    for oracle in parts.oracles:
        if isinstance(oracle, ExactOracle) and oracle.exact:
            table = oracle.values(molecules)
            found |= {p.name: table[:, k] for k, p in enumerate(oracle.properties)}
    return found


def _in_turn(
    definition: Definition, parts: Parts, state: State, pending: Sequence[Request]
) -> tuple[Request, ...]:
    """What to begin first; long calculations early, so that a round does not end with one worker busy.

    What was set back, or under way when the program died, comes last. What was there at
    several deaths is tried alone, so that nothing else comes under suspicion.
    """
    by_kind = {oracle.kind: oracle for oracle in parts.oracles}
    deaths, policy = state.deaths, definition.failures
    certain = [r for r in pending if not policy.alone(deaths.get(r.key, 0))]

    def turn(request: Request) -> tuple[int, int, float]:
        key = request.key
        cost = by_kind[request.oracle].expected_cpu_seconds(request.molecule)
        return deaths.get(key, 0), len(state.set_back.get(key, ())), -cost

    return tuple(sorted(certain, key=turn)) or (min(pending, key=turn),)
