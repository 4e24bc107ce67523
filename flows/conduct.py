"""Carry out what the pure step decides: the loop of a live campaign, free of Prefect.

The ledger is written before anything is dispatched and after anything is answered, and read again before
the next decision. Killed anywhere, the next run goes on from there.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import shutil
import time
from collections.abc import Callable

from flows.evaluating import Dispatcher, Evaluator
from flows.opening import Opened
from flows.status import keep_status
from flows.teaching import as_taught, carried_out
from flows.versions import versions
from loop.asking import to_compute
from loop.believing import TROUBLES
from loop.campaign import State
from loop.decisions import Ask, Close, Decision, Evaluate, Pause, Propose, Screen, Teach, Wait
from loop.ledger import DamagedError, LedgerError
from loop.records import Measurement
from loop.step import decide

log = logging.getLogger("zincloop")

STOPPED = "stopped by a signal"

COPYING = 0.02
"""Part of a run's time that copies of the ledger may take; at first there is one with every round."""


class Conductor:
    """One run of the program on one campaign.

    Attributes
    ----------
    looked
        Called with the state before each decision.
    waiting
        What people are awaited for, where nothing else is left to do.
    paused
        Whether a person has to look before anything more is done.
    """

    def __init__(self, evaluator: Evaluator, looked: Callable[[State], None] = lambda _: None) -> None:
        self.evaluator = evaluator
        self.looked = looked
        self.store = evaluator.store
        self.ledger = evaluator.ledger
        self.assembled = evaluator.assembled
        self.activity = evaluator.activity
        self.waiting: Wait | None = None
        self.paused = False
        self._seen = 0
        self._next_copy = 0.0

    def conduct(self, dispatch: Callable[[], Dispatcher]) -> str:
        """Run until the campaign closes, only waits for people, or ``stop`` is set; returns the reason.

        Where it waits, ``waiting`` says for what; where a person has to look first, ``paused`` is set.

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
            self.evaluator.finish()
            with contextlib.suppress(LedgerError):  # it may be the ledger that broke
                self.ledger.end_session(reason)
                self._back_up(whatever=True)
        return reason

    def _reported(self) -> int:
        return len(self.ledger.state().notebook.reported)

    def _rounds(self, dispatch: Callable[[], Dispatcher]) -> str:
        while not self.evaluator.stop.is_set():
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
            if isinstance(decision, Pause):
                self.paused = True
                return decision.reason
            if isinstance(decision, Propose):
                self._open(decision)
            elif isinstance(decision, Ask):
                self._ask(decision)
            elif isinstance(decision, Screen):
                self._screen(decision)
            elif isinstance(decision, Teach):
                self._teach(decision)
            elif not self.evaluator.answer_at_once(decision.requests):
                self._evaluate(decision, dispatch(), state)
        return STOPPED

    def _screen(self, decision: Screen) -> None:
        self._declare()
        self.ledger.screen(decision.number, decision.candidates, decision.requests)
        log.info("round %d: %d candidates to be screened", decision.number, len(decision.candidates))
        self._back_up()

    def _teach(self, decision: Teach) -> None:
        self.activity.phase = "teaching"
        parts = self.assembled.parts
        teaching = carried_out(decision, parts, self.store.learned)
        self.ledger.teach(teaching)
        kind, known = parts.sources[decision.source].generator.kind, len(decision.lesson.molecules)
        became = "goes on with it" if teaching.kept else "goes on as before"
        log.info("%s was taught %d measured molecules and %s", kind, known, became)

    def _ask(self, decision: Ask) -> None:
        self._declare()
        self.ledger.ask(decision.rounds, decision.requests)
        log.info("people are asked about %d molecules", len({r.molecule for r in decision.requests}))
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
        for name, why in decision.notes.get(TROUBLES, {}).items():
            log.warning("round %d was picked with an older model of %s: %s", decision.number, name, why)
        self._back_up()

    def _back_up(self, whatever: bool = False) -> None:
        """Copy the ledger, unless that would take much of the run; only then are files of no more use."""
        if not whatever and time.monotonic() < self._next_copy:
            return
        began, answers = time.monotonic(), self.ledger.state().answers
        try:
            self.ledger.back_up(self.store.backup)
        except DamagedError:
            raise
        except LedgerError as error:
            log.warning("no backup: %s", error)
            return
        with contextlib.suppress(OSError):  # a screen, no more
            keep_status(Opened(self.store, self.ledger, self.assembled))
        self._next_copy = time.monotonic() + (time.monotonic() - began) / COPYING
        for job in self.store.jobs.iterdir() if self.store.jobs.exists() else ():
            answer = answers.get(job.name)
            if answer is not None and isinstance(answer.outcome, Measurement):
                shutil.rmtree(job, ignore_errors=True)

    def _evaluate(self, decision: Evaluate, dispatch: Dispatcher, state: State) -> None:
        last = len(state.rounds) - 1
        screening = bool(state.screenings) and state.screenings[-1].number > last
        number = last + 1 if screening else last
        self.activity.phase = f"{'screening for' if screening else 'evaluating'} round {number}"
        self.evaluator.begin(number, decision.requests, dispatch, state)
        self.evaluator.wait(for_all=self.assembled.definition.in_flight is None)

    def _decide(self, state: State) -> Decision:
        busy = to_compute(self.assembled.parts, state)
        self.activity.phase = "evaluating" if busy else "proposing"
        started = time.monotonic()
        try:
            parts = as_taught(self.assembled.parts, state, self.store.learned)
            return decide(self.assembled.definition, parts, state)
        finally:
            self.activity.deciding_seconds += time.monotonic() - started
