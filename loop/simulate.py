"""Replay a campaign on labelled data: the same step, a lookup in the oracle's seat, no second loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from loop.campaign import Round, Screening, Session, State
from loop.decisions import Ask, Close, Evaluate, Pause, Screen, Teach, Wait
from loop.definition import Definition
from loop.places import Places
from loop.protocols import Belief, Evidence, Surrogate
from loop.records import Outcome, Request
from loop.seats import Parts
from loop.step import decide


@dataclass(frozen=True)
class Replayed:
    """A round of a simulated campaign, ended.

    Attributes
    ----------
    state
        After the round; its ``wall_seconds`` are the clock of the places, which thinking does not move.
    fit_seconds, proposal_seconds
        CPU time of the decisions that opened the round: spent in fitting surrogates, and in all the rest.
    idle
        Share of the places' time since the start in which nothing ran, 0 to 1.
    """

    state: State
    fit_seconds: float
    proposal_seconds: float
    idle: float


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
    definition: Definition, parts: Parts, answer: Callable[[Request], Outcome], places: int = 1
) -> Iterator[Replayed]:
    """Run a campaign in memory, one item for each round, until a budget or stop rule closes it.

    A round has ended when the next decision is taken: with ``definition.in_flight`` some of its molecules may
    still be awaited then. The last state has ``closed`` set.

    Parameters
    ----------
    answer
        What a request brings, and in which time.
    places
        Requests answered side by side, in the order of the decision.

    Raises
    ------
    ValueError
        If there is not one place.
    TypeError
        If an oracle asks people, or a generator is to be taught.
    """
    state, at_work, told = State(), Places(places), False
    fitting = proposing = 0.0
    protocols = [oracle.protocol() for oracle in parts.oracles]
    while True:
        watched = _Watched(parts.surrogate)
        started = time.process_time()
        decision = decide(definition, replace(parts, surrogate=watched), state)
        took = time.process_time() - started
        if isinstance(decision, Evaluate):
            at_work.fill(decision.requests, answer)
            state = _clocked(state.answered(at_work.next_answers()), at_work.clock)
            continue
        if state.rounds and not told:
            yield Replayed(state, fitting, proposing, at_work.idle)
            fitting = proposing = 0.0
        fitting, proposing = fitting + watched.seconds, proposing + took - watched.seconds
        if isinstance(decision, Close | Pause):
            yield Replayed(replace(state, closed=decision.reason), fitting, proposing, at_work.idle)
            return
        if isinstance(decision, Wait | Ask):
            raise TypeError("people cannot be simulated; give values for what they measure")
        if isinstance(decision, Teach):
            raise TypeError("generators learn nothing in a simulation; leave 'teaching' out")
        told = isinstance(decision, Screen)  # the round before it has ended already
        if isinstance(decision, Screen):
            screened = Screening(decision.number, decision.candidates)
            state = state.screening(screened, decision.requests, protocols)
            continue
        opened = Round(decision.number, decision.seed, at_work.clock, decision.batch, decision.notes)
        state = state.opened(opened, decision.requests, protocols)


def _clocked(state: State, clock: float) -> State:
    """The state after one uninterrupted session so far."""
    return replace(state, sessions=(Session(0.0, clock, {}),))
