"""Replay a campaign on labelled data: the same step, a lookup in the oracle's seat, no second loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from loop.campaign import Answer, Definition, Round, State
from loop.protocols import Belief, Evidence, Surrogate
from loop.records import Outcome, Request
from loop.step import Close, Parts, Propose, decide
from loop.stopping import budget_spent


@dataclass(frozen=True)
class Replayed:
    """A round of a simulated campaign, answered.

    Attributes
    ----------
    state
        After the round; its clock counts the seconds the answers cost.
    fit_seconds, proposal_seconds
        CPU time of the decision that opened the round: spent in fitting surrogates, and in all the rest.
    """

    state: State
    fit_seconds: float
    proposal_seconds: float


class _Watched:
    """A surrogate whose fits are timed."""

    def __init__(self, surrogate: Surrogate) -> None:
        self._surrogate = surrogate
        self.seconds = 0.0

    @property
    def kind(self) -> str:
        return self._surrogate.kind

    def fit(self, evidence: Evidence, seed: int) -> Belief:
        started = time.process_time()
        belief = self._surrogate.fit(evidence, seed)
        self.seconds += time.process_time() - started
        return belief


def simulate(
    definition: Definition, parts: Parts, answer: Callable[[Request], Outcome]
) -> Iterator[Replayed]:
    """Run a campaign in memory, one item for each round, until a budget or stop rule closes it.

    The last state has ``closed`` set. One molecule is measured after the other: the clock is the sum of all
    costs.

    Parameters
    ----------
    answer
        What a request brings.
    """
    state, now = State(), 0.0
    protocols = [oracle.protocol() for oracle in parts.oracles]
    while True:
        watched = _Watched(parts.surrogate)
        started = time.process_time()
        decision = decide(definition, replace(parts, surrogate=watched), state)
        spent = (watched.seconds, time.process_time() - started - watched.seconds)
        if isinstance(decision, Close):
            yield Replayed(replace(state, closed=decision.reason), *spent)
            return
        if isinstance(decision, Propose):
            opened = Round(decision.number, decision.seed, now, decision.batch, decision.notes)
            state = state.opened(opened, decision.requests, protocols)
            state, now = _answered(definition, state, answer, now)
            yield Replayed(state, *spent)


def _answered(
    definition: Definition, state: State, answer: Callable[[Request], Outcome], now: float
) -> tuple[State, float]:
    """Answer what is open, in the order picked, until a running budget is spent."""
    limited = definition.budget.core_hours is not None
    answers = []
    for request in state.pending:
        outcome = answer(request)
        now += outcome.cost.wall_seconds
        answers.append(Answer(request, outcome, now))
        if limited and budget_spent(definition.budget, state.answered(answers)) is not None:
            break
    return state.answered(answers), now
