"""Get answers to requests: each tried as often as its failures allow, and recorded exactly once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, cast

from pydantic import BaseModel

from flows.assembly import Assembled
from flows.executors import Executor
from flows.sharing import Sharing
from flows.store import Store
from loop.campaign import Answer, State
from loop.ledger import Ledger
from loop.protocols import ComputedOracle, PartError
from loop.records import Cost, Failure, FailureKind, Measurement, Outcome, Request
from loop.stopping import Vigil
from oracles.contained import NOT_INSTALLED, Job, answer_here
from oracles.contained.spool import OUTCOME, read_outcome

log = logging.getLogger("zincloop")


class Dispatcher(Protocol):
    """Has requests evaluated side by side."""

    def __call__(self, number: int, requests: Sequence[Request]) -> None:
        """Evaluate requests of round ``number``, in this order; returns when each was answered or left."""
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


class NotInstalledError(PartError):
    """A calculation could not import what it needs, which is so for every molecule."""


class Evaluator:
    """Evaluates requests, as many at once as there are workers.

    Parameters
    ----------
    stop
        Set from outside to end what runs.
    sharing
        What is shared with other campaigns, if anything is.

    Attributes
    ----------
    errors
        What went wrong that is no failure of a calculation: a full disk, a broken ledger. Nothing more is
        started then.
    """

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        assembled: Assembled,
        executor: Executor,
        stop: threading.Event,
        sharing: Sharing | None = None,
    ) -> None:
        self.store = store
        self.ledger = ledger
        self.assembled = assembled
        self.stop = stop
        self.activity = Activity()
        self.errors: list[Exception] = []
        self._executor = executor
        self._sharing = sharing
        self._enough = threading.Event()
        self._places = threading.Semaphore(assembled.workers.count)
        self._ended = threading.Condition()
        self._under_way: dict[str, int] = {}
        self._begun = 0
        self._news = False
        self._state = State()
        self._vigil = Vigil(assembled.definition, self._state)
        self._dispatchers: list[threading.Thread] = []

    # -- what the conductor sees --------------------------------------------------------------------

    def answer_at_once(self, requests: Sequence[Request]) -> int:
        """Answer what is computed exactly, as it is for a whole pool at each proposal; returns how many."""
        parts = {oracle.kind: oracle for oracle in self.assembled.parts.oracles if oracle.exact}
        wanted = [request for request in requests if request.oracle in parts]
        found = {r: answer_here(cast(ComputedOracle, parts[r.oracle]), r.molecule.smiles) for r in wanted}
        taken = self.ledger.record_together(found) if found else 0
        for request, outcome in found.items():
            _tell(request, outcome)
        return taken

    def begin(self, number: int, requests: Sequence[Request], dispatch: Dispatcher, state: State) -> None:
        """Have those of the requests evaluated that are not under way yet; ``state`` is why."""
        self._state, self._vigil = state, Vigil(self.assembled.definition, state)
        with self._ended:
            new = [r for r in requests if r.key not in self._under_way]
            self._begun += 1
            self._under_way |= dict.fromkeys([r.key for r in new], self._begun)
        if new:
            given = (self._begun, number, new, dispatch)
            thread = threading.Thread(target=self._dispatch, args=given, name="dispatcher")
            thread.start()
            self._dispatchers = [*(t for t in self._dispatchers if t.is_alive()), thread]

    def wait(self, for_all: bool) -> None:
        """Wait until anything under way has ended since the last time, or everything has.

        Raises
        ------
        Exception
            The first of ``errors``, when nothing runs any more.
        """
        with self._ended:
            self._ended.wait_for(lambda: not self._under_way or (self._news and not for_all))
            if self._ending():
                self._ended.wait_for(lambda: not self._under_way)
            self._news = False
        self._enough.clear()
        if self.errors:
            raise self.errors[0]

    def finish(self) -> None:
        """Begin nothing more, and wait for what runs."""
        self._enough.set()
        for dispatcher in self._dispatchers:
            dispatcher.join()
        self._enough.clear()

    def _dispatch(self, turn: int, number: int, requests: Sequence[Request], dispatch: Dispatcher) -> None:
        try:
            dispatch(number, requests)
        except Exception as error:  # noqa: BLE001 - handed to the conductor
            self._fail(error)
        finally:
            self._left(turn, requests)

    def _left(self, turn: int, requests: Sequence[Request]) -> None:
        """Requests are not under way any more, but for those that were begun again since."""
        with self._ended:
            for request in requests:
                if self._under_way.get(request.key) == turn:
                    self._under_way.pop(request.key, None)
            self._news = True
            self._ended.notify_all()

    def _fail(self, error: Exception) -> None:
        self.errors.append(error)
        self._enough.set()

    def _ending(self) -> bool:
        return self.stop.is_set() or self._enough.is_set()

    # -- what a dispatcher sees ---------------------------------------------------------------------

    def evaluate(self, request: Request) -> str:
        """Try to get one answer, blocking; returns what came of it, in a word."""
        turn = self._under_way.get(request.key)
        if turn is None:
            return "tried already"
        try:
            with self._places:
                return self._evaluate(request)
        finally:
            self._left(turn, [request])

    def unanswered(self, requests: Sequence[Request]) -> list[Request]:
        """Those of the requests that the ledger has no answer to."""
        answers = self.ledger.state().answers
        return [r for r in requests if r.key not in answers]

    def _evaluate(self, request: Request) -> str:
        if self._ending():
            return "not started"
        try:
            outcome = self._attempt(request)
        except Exception as error:
            # A full disk or a broken ledger: nothing more may be started, and the run has to end.
            self._fail(error)
            raise
        finally:
            self.activity.running.pop(request.key, None)
        if outcome is None:
            return "abandoned"
        return "measured" if isinstance(outcome, Measurement) else f"failed: {outcome.kind}"

    def _attempt(self, request: Request) -> Outcome | None:
        """One try at a request, recorded; ``None`` if it was ended from outside."""
        # Of this request nothing has changed since: it is tried once between two decisions.
        state, policy = self._state, self.assembled.definition.failures
        before = state.set_back.get(request.key, ())
        fatal = state.deaths.get(request.key, 0) >= policy.deaths
        # It may have ended all the same: before the program died, or while the ledger was away.
        if fatal and read_outcome(self.store.jobs / request.key, before[-1].attempt if before else 0) is None:
            reason = f"given up: the program died {policy.deaths} times while this was calculated"
            failed = Failure(FailureKind.UNKNOWN, reason, Cost(0.0, 0.0))
            self._record(request, failed, None)
            return failed
        if before and not self._rested(before[-1].at, policy.pause(len(before))):
            return None
        if (known := self._shared(request)) is not None:
            self._record(request, known, None)
            return known
        outcome: Outcome | None = None
        try:
            outcome = None if self._ending() else self._calculate(request, before)
        finally:
            if self._sharing is not None:
                self._sharing.give(request, outcome)
        return outcome

    def _shared(self, request: Request) -> Measurement | None:
        """What another campaign measured. What is computed at once is not worth a look."""
        part = next(o for o in self.assembled.parts.oracles if o.kind == request.oracle)
        if self._sharing is None or part.exact:
            return None
        return self._sharing.take(request, self._ending)

    def _calculate(self, request: Request, before: Sequence[Answer]) -> Outcome | None:
        policy = self.assembled.definition.failures
        attempt = self.ledger.start(request)
        self.activity.running[request.key] = (request, time.monotonic())
        job = self._job(request, attempt, before[-1].attempt if before else 0)
        containment = self.assembled.containment[request.oracle]
        outcome = self._executor.run(job, containment, self.stop.is_set)
        if isinstance(outcome, Failure) and NOT_INSTALLED in outcome.details:
            (job.directory / OUTCOME).unlink(missing_ok=True)  # or it would be taken for the answer next time
            raise NotInstalledError(
                f"the oracle {request.oracle} cannot be used here: {outcome.reason}; nothing was recorded, "
                "install what is missing and run the same command again"
            )
        if isinstance(outcome, Failure) and policy.tries_again(outcome.kind, len(before)):
            self._set_back(request, outcome, attempt)
        elif outcome is not None:
            self._record(request, outcome, attempt)
        return outcome

    def _job(self, request: Request, attempt: int, set_back: int) -> Job:
        part = next(o for o in self.assembled.parts.oracles if o.kind == request.oracle)
        settings = cast(BaseModel, part).model_dump(mode="json")
        directory = self.store.jobs / request.key
        return Job(request.oracle, settings, request.molecule.smiles, directory, attempt, set_back)

    def _rested(self, since: float, seconds: float) -> bool:
        """Wait until so many seconds have passed since a setback; returns whether the run still goes on."""
        # Not longer, whatever a clock that was set back makes of it.
        ends = time.monotonic() + min(seconds, max(0.0, since + seconds - time.time()))
        while not self._ending() and (left := ends - time.monotonic()) > 0:
            self.stop.wait(min(left, 1.0))
        return not self._ending()

    def _record(self, request: Request, outcome: Outcome, attempt: int | None) -> None:
        self.ledger.record(request, outcome, attempt)
        _tell(request, outcome)
        self._look(request, outcome)

    def _set_back(self, request: Request, failed: Failure, attempt: int) -> None:
        self.ledger.set_back(request, failed, attempt)
        log.warning(
            "%s %s failed (%s) and will be tried again: %s",
            *(request.oracle, request.molecule, failed.kind, failed.reason),
        )
        self._look(request, failed)

    def _look(self, request: Request, outcome: Outcome) -> None:
        """Begin nothing more where the budget is spent or an oracle is broken."""
        self._vigil.saw(request, outcome)
        if self._vigil.ends(time.time()):
            self._enough.set()


def _tell(request: Request, outcome: Outcome) -> None:
    what = f"{request.oracle} {request.molecule}"
    if isinstance(outcome, Failure):
        log.warning("%s failed (%s): %s", what, outcome.kind, outcome.reason)
        return
    values = ", ".join(map(str, outcome.values))
    log.info("%s: %s in %.0f s", what, values, outcome.cost.wall_seconds)


class PlainRounds:
    """Dispatches requests on threads of its own, which is all that is needed."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def __call__(self, number: int, requests: Sequence[Request]) -> None:  # noqa: ARG002 - a Dispatcher
        """Run the calculations side by side; an error of ours is kept by the evaluator."""
        places = min(len(requests), self._evaluator.assembled.workers.count)
        with ThreadPoolExecutor(places, "worker") as pool:
            for request in requests:
                pool.submit(self._evaluator.evaluate, request)
