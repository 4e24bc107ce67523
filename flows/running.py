"""Run a campaign in this process: signals, the display, Prefect, and what is made of it at the end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType

from flows.conduct import STOPPED, Conductor
from flows.derived import renew_derived
from flows.display import watch
from flows.evaluating import Dispatcher, Evaluator, PlainRounds
from flows.executors import executor
from flows.notifying.notifier import notifying
from flows.opening import Opened, commit
from flows.server import prefect_server
from flows.sharing import sharing
from flows.statuses import PAUSED
from loop.asking import to_compute, why_wait
from loop.decisions import Wait
from loop.stopping import reason_to_stop

log = logging.getLogger("zincloop")


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes
    ----------
    reason
        Why.
    status
        The exit status: 0, :data:`~flows.statuses.PAUSED`, or 128 plus the number of the signal that
        stopped it.
    waiting
        What people are awaited for, where nothing else is left to do.
    """

    reason: str
    status: int = 0
    waiting: Wait | None = None


def run_campaign(opened: Opened) -> Ended:
    """Run until the campaign closes, only people have to answer, or a signal stops it."""
    stop = threading.Event()
    caught: list[int] = []
    with (
        opened.store.locked(),
        opened.ledger.alone(),
        _logging_to(opened.store.log),
        notifying(opened.assembled, opened.store) as notifier,
        sharing(opened.assembled, opened.store.directory) as shared,
        executor(opened.assembled, opened.store.cluster) as places,
    ):
        commit(opened)
        evaluator = Evaluator(opened.store, opened.ledger, opened.assembled, places, stop, shared)
        conductor = Conductor(evaluator, notifier.looked)
        notifier.started(opened.ledger.state())
        with _signals(stop, caught), ThreadPoolExecutor(1, "conductor") as thread:
            work = thread.submit(_conduct, conductor)
            try:
                watch(conductor, work)
            finally:
                if not work.done():
                    stop.set()
        try:
            reason = work.result()
        except Exception:
            log.exception("the run ended with an error")
            raise
        log.info("%s", reason)
        if conductor.paused:
            notifier.paused(reason)
        notifier.ended(opened.ledger.state())
        _, trouble = renew_derived(opened)
        if trouble is not None:
            log.warning("%s", trouble)
        opened.ledger.close()
    status = PAUSED if conductor.paused else 128 + caught[0] if reason == STOPPED and caught else 0
    return Ended(reason, status, conductor.waiting)


def _conduct(conductor: Conductor) -> str:
    """Conduct with Prefect, its server starting while the first round is being thought about."""
    store = conductor.store
    if _nothing_to_dispatch(conductor):
        return conductor.conduct(lambda: PlainRounds(conductor.evaluator))
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(1, "prefect") as starter:
        server = prefect_server(store.prefect, store.directory / "prefect.log")
        ready = starter.submit(stack.enter_context, server)
        return conductor.conduct(lambda: _dispatcher(conductor, ready))


def _nothing_to_dispatch(conductor: Conductor) -> bool:
    """Whether the campaign is over or only waits, so that no server has to be started."""
    definition, parts = conductor.assembled.definition, conductor.assembled.parts
    state = conductor.ledger.state()
    if state.closed is not None:
        return True
    if not state.pending or to_compute(parts, state):
        return False
    # Without deciding: a proposal made here would have to be made again.
    return bool(reason_to_stop(definition, state) or why_wait(definition, parts, state))


def _dispatcher(conductor: Conductor, ready: Future[None]) -> Dispatcher:
    conductor.activity.phase = "starting Prefect"
    try:
        ready.result()
        from flows.rounds import PrefectRounds  # noqa: PLC0415 - importing Prefect takes seconds
    except Exception as error:  # noqa: BLE001 - Prefect is a convenience, the campaign is not
        log.warning("Prefect does not start (%s); going on without it", error)
        return PlainRounds(conductor.evaluator)
    return PrefectRounds(conductor.evaluator)


@contextlib.contextmanager
def _signals(stop: threading.Event, caught: list[int]) -> Iterator[None]:
    def on_signal(number: int, _frame: FrameType | None) -> None:
        caught.append(number)
        stop.set()
        if number == signal.SIGHUP:
            _leave(terminals)

    terminals = [stream for stream in (0, 1, 2) if os.isatty(stream)]  # of a closed one this is not known
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        numbers.append(signal.SIGHUP)
    former = {s: signal.signal(s, on_signal) for s in numbers}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _leave(terminals: Sequence[int]) -> None:
    """Write no more to a terminal that was closed, which would fail."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in terminals:
        os.dup2(nowhere, stream)
    os.close(nowhere)


@contextlib.contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    handler = RotatingFileHandler(path, maxBytes=5_000_000, backupCount=3)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    # On a full disk logging would print a traceback for every line it cannot write.
    logging.raiseExceptions = False
    try:
        yield
    finally:
        logging.raiseExceptions = True
        log.removeHandler(handler)
        handler.close()
