"""What people are asked, and whether they are waited for."""

from __future__ import annotations

from loop.campaign import State
from loop.decisions import Ask
from loop.definition import Definition, Meanwhile
from loop.learning import ENOUGH_TO_FIT, ready_to_learn
from loop.protocols import DeferredOracle
from loop.records import Request
from loop.seats import Parts


def to_compute(parts: Parts, state: State) -> tuple[Request, ...]:
    """Requests without an answer that programs, not people, have to answer."""
    people = {oracle.kind for oracle in people_of(parts)}
    return tuple(request for request in state.pending if request.oracle not in people)


def people_of(parts: Parts) -> list[DeferredOracle]:
    """The oracles that ask people."""
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
    people = people_of(parts)
    told = {p.name for oracle in people for p in oracle.properties}
    kinds = {oracle.kind for oracle in people}
    asked = {r.molecule for r in state.requests.values() if r.oracle in kinds}
    computed = [o for o in definition.objectives if o.property not in told]
    best = [m for m in state.best(computed) if m not in asked]
    chosen = best[: most if ready else max(most, ENOUGH_TO_FIT)]
    if not chosen and state.inquired == rounds:
        return None
    return Ask(rounds, tuple(Request.ask(m, oracle.protocol()) for m in chosen for oracle in people))


def why_wait(definition: Definition, parts: Parts, state: State) -> str | None:
    """Why no round is opened while people are asked; ``None`` where one may be."""
    waiting = definition.waiting
    if not ready_to_learn(definition, parts, state):
        return f"{ENOUGH_TO_FIT} measurements of every objective are needed to go on"
    if waiting.open_at_most is not None and len(state.awaited) >= waiting.open_at_most:
        return f"no more than {waiting.open_at_most} are to be there at once"
    if waiting.meanwhile is Meanwhile.WAIT and may_wait(definition, state):
        return "the next round is chosen when it has answered"
    return None


def may_wait(definition: Definition, state: State) -> bool:
    """Whether the date until which people are waited for, if any, has not come yet."""
    until = definition.waiting.until
    return until is None or state.at < until
