"""One decision of a campaign: pure, and seeded by (campaign seed, round).

:func:`decide` looks at the state and says what to do next. Whoever drives the loop (a Prefect flow, a
simulation, a person at the command line) carries it out, writes it into the ledger, and asks again.
"""

from __future__ import annotations

from collections.abc import Sequence

from loop.asking import ask, may_wait, to_compute, why_wait
from loop.campaign import State
from loop.decisions import WAITING, Close, Decision, Evaluate, Pause, Propose, Screen, Teach, Wait
from loop.definition import Definition
from loop.learning import ENOUGH_TO_FIT
from loop.lessons import teach
from loop.proposing import free_places, propose, screen
from loop.records import Request
from loop.seats import Parts
from loop.stopping import budget_spent, oracle_broken, reason_to_stop


def decide(definition: Definition, parts: Parts, state: State) -> Decision:
    """Say what to do next; the same arguments give the same answer."""
    if state.closed is not None:
        return Close(state.closed)
    computed = to_compute(parts, state)
    if not computed and (asking := ask(definition, parts, state)) is not None:
        return asking
    if state.pending and not computed:
        return _meanwhile(definition, parts, state)
    if (halt := _halted(definition, state)) is not None:
        return halt
    if not computed:
        return _next(definition, parts, state)
    if _may_add(definition, parts, state):
        decision = _next(definition, parts, state)
        if isinstance(decision, Propose | Teach):
            return decision
    return Evaluate(_in_turn(definition, parts, state, computed))


def _halted(definition: Definition, state: State) -> Close | Pause | None:
    """Whether nothing more may be begun, not even what was asked for already."""
    if (spent := budget_spent(definition.budget, state)) is not None:
        return Close(spent)
    if (broken := oracle_broken(definition.stop.failures_in_a_row, state)) is not None:
        return Pause(broken)
    return None


def _meanwhile(definition: Definition, parts: Parts, state: State) -> Propose | Screen | Teach | Wait | Close:
    """What to do while people are asked and programs have answered."""
    waiting, asked = definition.waiting, _counted(len(state.awaited))
    patient = may_wait(definition, state)
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


def _may_add(definition: Definition, parts: Parts, state: State) -> bool:
    """Whether a place is free and enough is known to fill it; a design is not drawn twice meanwhile."""
    complete = state.complete(definition.objectives)[0]
    if len(complete) < ENOUGH_TO_FIT or not free_places(definition, parts, state):
        return False
    at_people = len(to_compute(parts, state)) < len(state.pending)
    return not at_people or why_wait(definition, parts, state) is None


def _next(definition: Definition, parts: Parts, state: State) -> Propose | Screen | Teach | Close:
    reason = reason_to_stop(definition, state)
    if reason is not None:
        return Close(reason)
    if (lesson := teach(definition, parts, state)) is not None:
        return lesson
    if (screening := screen(definition, parts, state)) is not None:
        return screening
    proposal = propose(definition, parts, state)
    return proposal if proposal.batch else Close("nothing left to propose inside the limits")


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
