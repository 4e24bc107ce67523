"""Carry out what the pure step decides: the loop of a live campaign, free of Prefect.

The ledger is written before anything is dispatched and after anything is answered, and read again before
the next decision. Killed anywhere, the next run goes on from there.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Protocol, cast

from pydantic import BaseModel

from flows.assembly import Assembled
from flows.store import Store
from flows.versions import versions
from loop.campaign import State
from loop.ledger import DamagedError, Ledger, LedgerError
from loop.records import Failure, Measurement, Outcome, Request
from loop.step import Close, Decision, Evaluate, Propose, Screen, Wait, decide, to_compute
from oracles.contained import Containment, Job, run

log = logging.getLogger("zincloop")

STOPPED = "stopped by a signal"


class Dispatcher(Protocol):
    """Runs a round's calculations side by side; returns when each was answered or given up."""

    def __call__(self, number: int, requests: Sequence[Request]) -> None:
        """Evaluate requests of round ``number``, in this order."""
        ...


@dataclass
class Activity:
    """What the program is doing now, for the display; never read by a decision.

    Attributes
    ----------
    running
        Request key -> request and the time its calculation started (monotonic seconds).
    phase
        One clause for a person.
    deciding_seconds
        Time spent proposing so far.
    """

    running: dict[str, tuple[Request, float]] = field(default_factory=dict)
    phase: str = "starting"
    deciding_seconds: float = 0.0


class Conductor:
    """One run of the program on one campaign.

    Parameters
    ----------
    store, ledger, assembled
        The campaign.
    stop
        Set from outside (a signal) to end the run after killing what runs.
    looked
        Called with the state before each decision.
    """

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        assembled: Assembled,
        stop: threading.Event,
        looked: Callable[[State], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.ledger = ledger
        self.assembled = assembled
        self.stop = stop
        self.looked = looked
        self.activity = Activity()
        self.waiting: Wait | None = None
        self._seen = 0
        self.errors: list[Exception] = []
        self._enough = threading.Event()

    def conduct(self, dispatch: Callable[[], Dispatcher]) -> str:
        """Run until the campaign closes, only waits for people, or ``stop`` is set; returns the reason.

        Where it waits, ``waiting`` says for what.

        Parameters
        ----------
        dispatch
            Gives the dispatcher, asked for when the first requests are ready.
        """
        once = functools.cache(dispatch)
        reason = self._session(once)
        # What people report while a session ends is not waited for.
        while self.waiting is not None and self._reported() > self._seen:
            self.waiting = None
            reason = self._session(once)
        return reason

    def _session(self, dispatch: Callable[[], Dispatcher]) -> str:
        self.ledger.open_session(versions())
        reason = "an error, see the log"
        try:
            reason = self._rounds(dispatch)
        finally:
            with contextlib.suppress(LedgerError):  # it may be the ledger that broke
                self.ledger.end_session(reason)
                self._back_up()
        return reason

    def _reported(self) -> int:
        return len(self.ledger.state().notebook.reported)

    def _rounds(self, dispatch: Callable[[], Dispatcher]) -> str:
        while not self.stop.is_set():
            state = self.ledger.state()
            self.looked(state)
            decision = self._decide(state)
            if isinstance(decision, Close):
                if state.closed is None:
                    self.ledger.close_campaign(decision.reason)
                return decision.reason
            if isinstance(decision, Wait):
                self.waiting, self._seen = decision, len(state.notebook.reported)
                return decision.reason
            if isinstance(decision, Propose):
                self._open(decision)
            elif isinstance(decision, Screen):
                self._screen(decision)
            else:
                last = len(state.rounds) - 1
                screening = bool(state.screenings) and state.screenings[-1].number > last
                number = last + 1 if screening else last
                self.activity.phase = f"{'screening for' if screening else 'evaluating'} round {number}"
                self._evaluate(number, decision, dispatch)
        return STOPPED

    def _screen(self, decision: Screen) -> None:
        self._declare()
        self.ledger.screen(decision.number, decision.candidates, decision.requests)
        log.info("round %d: %d candidates to be screened", decision.number, len(decision.candidates))
        self._back_up()

    def _declare(self) -> None:
        for oracle in self.assembled.parts.oracles:
            self.ledger.declare(oracle.protocol())

    def _open(self, decision: Propose) -> None:
        self._declare()
        self.ledger.open_round(
            decision.number, decision.seed, decision.batch, decision.requests, decision.notes
        )
        log.info("round %d: %d molecules picked", decision.number, len(decision.batch))
        self._back_up()

    def _back_up(self) -> None:
        """Copy the ledger; only then are the files of what was measured of no more use."""
        answers = self.ledger.state().answers
        try:
            self.ledger.back_up(self.store.backup)
        except DamagedError:
            raise
        except LedgerError as error:
            log.warning("no backup: %s", error)
            return
        for key, answer in answers.items():
            if isinstance(answer.outcome, Measurement) and (self.store.jobs / key).exists():
                shutil.rmtree(self.store.jobs / key, ignore_errors=True)

    def _evaluate(self, number: int, decision: Evaluate, dispatch: Callable[[], Dispatcher]) -> None:
        self._enough.clear()
        dispatch()(number, decision.requests)
        if self.errors:
            raise self.errors[0]

    def evaluate(self, request: Request) -> str:
        """Get one answer, blocking; returns what came of it, in a word."""
        if self.stop.is_set() or self._enough.is_set():
            return "not started"
        try:
            self.ledger.start(request)
            self.activity.running[request.key] = (request, time.monotonic())
            outcome = run(self._job(request), self._containment(request), self.stop.is_set)
            if outcome is None:
                return "abandoned"
            self._record(request, outcome)
        except Exception as error:
            # A full disk or a broken ledger: nothing more may be started, and the run has to end.
            self.errors.append(error)
            self._enough.set()
            raise
        finally:
            self.activity.running.pop(request.key, None)
        return "measured" if isinstance(outcome, Measurement) else f"failed: {outcome.kind}"

    def unanswered(self, requests: Sequence[Request]) -> list[Request]:
        """Those of the requests that the ledger has no answer to."""
        answers = self.ledger.state().answers
        return [r for r in requests if r.key not in answers]

    def _record(self, request: Request, outcome: Outcome) -> None:
        self.ledger.record(request, outcome)
        what = f"{request.oracle} {request.molecule}"
        if isinstance(outcome, Failure):
            log.warning("%s failed (%s): %s", what, outcome.kind, outcome.reason)
        else:
            values = ", ".join(
                f"{v.property} {v.value:.3f} {v.unit}".removesuffix(" 1") for v in outcome.values
            )
            log.info("%s: %s in %.0f s", what, values, outcome.cost.wall_seconds)
        state = self.ledger.state()
        if self._to_compute(state) and isinstance(self._decision(state), Close):
            self._enough.set()

    def _decide(self, state: State) -> Decision:
        self.activity.phase = "evaluating" if self._to_compute(state) else "proposing"
        started = time.monotonic()
        try:
            return self._decision(state)
        finally:
            self.activity.deciding_seconds += time.monotonic() - started

    def _to_compute(self, state: State) -> tuple[Request, ...]:
        return to_compute(self.assembled.parts, state)

    def _decision(self, state: State) -> Decision:
        return decide(self.assembled.definition, self.assembled.parts, state)

    def _job(self, request: Request) -> Job:
        part = next(o for o in self.assembled.parts.oracles if o.kind == request.oracle)
        settings = cast(BaseModel, part).model_dump(mode="json")
        return Job(request.oracle, settings, request.molecule.smiles, self.store.jobs / request.key)

    def _containment(self, request: Request) -> Containment:
        return self.assembled.containment[request.oracle]


class PlainRounds:
    """Dispatches a round on threads of its own, which is all a round needs."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor

    def __call__(self, number: int, requests: Sequence[Request]) -> None:  # noqa: ARG002 - a Dispatcher
        """Run the calculations side by side; an error of ours is kept by the conductor."""
        with ThreadPoolExecutor(self._conductor.assembled.workers, "worker") as pool:
            wait([pool.submit(self._conductor.evaluate, r) for r in requests])
