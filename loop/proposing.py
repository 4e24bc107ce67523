"""What is asked about next: an initial design first, then by surrogate and acquisition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from loop.asking import people_of, to_compute
from loop.believing import TROUBLES, Beliefs, believe
from loop.campaign import State
from loop.decisions import Propose, Screen
from loop.definition import Definition
from loop.learning import enough, evidence_of
from loop.lineage import incumbents
from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import (
    Belief,
    ChosenBelief,
    Evidence,
    ExactOracle,
    Explorer,
    Incumbent,
    Oracle,
    Question,
    Shortlisting,
)
from loop.records import Candidate, Pick, Request
from loop.seats import Parts, Source
from loop.seeds import child_seed

Accounts = dict[str, Mapping[str, Mapping[str, Any]]]
"""Generator -> origin of proposals -> figure -> value."""

ACCOUNTS = "proposals"
"""Under which the notes of a round hold how proposals were found."""

INCUMBENTS = 12
"""Molecules near which generators are asked to look: the Pareto set, best balanced first."""


def screen(definition: Definition, parts: Parts, state: State) -> Screen | None:
    """Choose what cheaper oracles look at before this round; ``None`` where that is done or not wanted."""
    number = len(state.rounds)
    done = bool(state.screenings) and state.screenings[-1].number == number
    if done or not definition.screened or not enough(evidence := evidence_of(definition, parts, state)):
        return None
    known = set(state.asked).union(c.molecule for c in state.screened)
    seed = child_seed(definition.seed, number)
    pool = [c for c in _pool(definition, parts, state, seed)[0] if c.molecule not in known]
    if not pool or not isinstance(parts.acquisition, Shortlisting):
        return None
    beliefs = _beliefs(parts, evidence, seed, state).by_name
    question = _question(definition, parts, state, beliefs, pool, definition.batch, seed)
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
    evidence = evidence_of(definition, parts, state)
    left = definition.budget.evaluations
    room = left - state.evaluations if left is not None else definition.pool
    if enough(evidence):
        size = min(_round_size(definition, parts, state), room)
        batch, notes = _acquire(definition, parts, state, _beliefs(parts, evidence, seed, state), size, seed)
    else:
        batch, notes = _design(definition, parts, state, room, seed)
    later = [] if definition.waiting.ask_best is None else people_of(parts)
    now = [oracle for oracle in parts.oracles if oracle not in later]
    asked = [Request.ask(p.candidate.molecule, o.protocol()) for p in batch for o in now]
    requests = [r for r in asked if r.key not in state.requests]
    return Propose(number, seed, tuple(batch), tuple(requests), notes)


def _beliefs(parts: Parts, evidence: Sequence[Evidence], seed: int, state: State) -> Beliefs:
    names = [e.property.name for e in evidence]
    seeds = {name: child_seed(seed, "fit", name) for name in names}
    return believe(parts.surrogate, evidence, seeds, state)


def _round_size(definition: Definition, parts: Parts, state: State) -> int:
    """A batch, or as many as places are free; where none is, the one that would come next."""
    return definition.batch if definition.in_flight is None else max(1, free_places(definition, parts, state))


def free_places(definition: Definition, parts: Parts, state: State) -> int:
    """Molecules that programs have room for; what people are asked about takes none of it."""
    if definition.in_flight is None:
        return 0
    return max(0, definition.in_flight - len({r.molecule for r in to_compute(parts, state)}))


def _design(
    definition: Definition, parts: Parts, state: State, room: int, seed: int
) -> tuple[list[Pick], dict[str, Any]]:
    batch: list[Pick] = []
    accounts: Accounts = {}
    for k, source in enumerate(parts.sources):
        count = min(source.initial, room - len(batch))
        if count <= 0:
            continue
        child = child_seed(seed, "design", k)
        drawn, accounts[source.generator.kind] = _drawn(source, [], definition.pool, definition, child)
        taken = [*state.asked, *(p.candidate.molecule for p in batch)]
        batch += source.design(_askable(parts, drawn, taken), count, taken, child)
    return batch, {"stage": "initial design", **_told(accounts)}


def _acquire(
    definition: Definition,
    parts: Parts,
    state: State,
    beliefs: Beliefs,
    size: int,
    seed: int,
) -> tuple[list[Pick], dict[str, Any]]:
    pool, accounts = _pool(definition, parts, state, seed)
    question = _question(definition, parts, state, beliefs.by_name, pool, size, seed)
    batch = parts.acquisition.choose(question) if pool else []
    origins = dict(Counter(candidate.origin for candidate in pool))
    return batch, {
        "stage": "acquisition",
        "pool": origins,
        "surrogate": {name: _figures(belief) for name, belief in beliefs.by_name.items()},
        "generators": {s.generator.kind: s.generator.version() for s in parts.sources},
        **_told(accounts),
        **({TROUBLES: dict(beliefs.troubles)} if beliefs.troubles else {}),
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


def _pool(definition: Definition, parts: Parts, state: State, seed: int) -> tuple[list[Candidate], Accounts]:
    near = incumbents(definition, state, INCUMBENTS)
    drawn: list[Candidate] = []
    accounts: Accounts = {}
    for k, source in enumerate(parts.sources):
        n = round(source.share * definition.pool)
        if n:
            child = child_seed(seed, "pool", k)
            found, accounts[source.generator.kind] = _drawn(source, near, n, definition, child)
            drawn += found
    return _askable(parts, [*state.screened, *drawn], state.asked), accounts


def _drawn(
    source: Source, near: Sequence[Incumbent], n: int, definition: Definition, seed: int
) -> tuple[list[Candidate], Mapping[str, Mapping[str, Any]]]:
    """What a generator proposes, and how it found it if it tells."""
    generator = source.generator
    if isinstance(generator, Explorer):
        explored = generator.explore(near, n, definition.limits, seed)
        return explored.candidates, explored.account
    return generator.propose([one.molecule for one in near], n, definition.limits, seed), {}


def _told(accounts: Accounts) -> dict[str, Any]:
    told = {kind: account for kind, account in accounts.items() if account}
    return {ACCOUNTS: told} if told else {}


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
