"""Calculations on the workers of a Dask cluster, each in a killable process of its own there.

Dask moves jobs and outcomes and tells which machines are alive. It repeats nothing: a worker that is lost
makes a transient failure, which the campaign tries again, and what was recorded stays recorded once.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from flows.campaign_file.tables import WorkersTable
from flows.executors import AwayError
from flows.executors.places import Places
from loop.protocols import PartError
from loop.records import Cost, Failure, FailureKind, Outcome, digest
from oracles.contained import Containment, Job
from oracles.contained.spool import read_outcome, write_outcome

try:
    from distributed import CancelledError, Client, fire_and_forget
    from distributed.scheduler import KilledWorker

    from flows.executors.begun import Begun
    from flows.executors.calculation import calculate, protocol_of
except ImportError as error:
    raise PartError(
        f"[workers.cluster] needs Dask, which is not installed ({error}): pip install 'zincloop[cluster]'"
    ) from error

log = logging.getLogger("zincloop")

SAME = "scheduler and workers need an environment with the same zincloop as this program"

LOOK_SECONDS = 0.5
"""How soon a signal that stops the program is seen."""

CONNECT_SECONDS = 10.0
"""How long a scheduler is knocked at, at first or when the connection broke."""


class _DisconnectedError(Exception):
    """The scheduler was out of reach for a moment; what becomes of the calculation is not known."""


class DaskExecutor:
    """Runs calculations on a Dask cluster, no more at once than it has threads.

    Parameters
    ----------
    workers
        How many calculations at the same time, and on which cluster.
    calculation_gb
        Memory of one calculation, 10^9 bytes.
    home
        Directory for what a batch system and Dask leave on disk.

    Raises
    ------
    PartError
        From :meth:`run`, if the cluster cannot be reached or begun, or cannot run zincloop; an
        :class:`~flows.executors.AwayError` where that may pass.
    """

    def __init__(self, workers: WorkersTable, calculation_gb: float, home: Path) -> None:
        self._begun = Begun(workers, calculation_gb, home)
        self._connecting = threading.Lock()
        self._client: Client | None = None
        self._broken: PartError | None = None
        self._places = Places(workers.count, self._threads, self._begun.keep)

    def __enter__(self) -> DaskExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster; one that was begun here ends."""
        for part in (self._client, self._begun):
            if part is not None:
                with contextlib.suppress(Exception):  # it may be gone already
                    part.close()

    def run(self, job: Job, containment: Containment, cancelled: Callable[[], bool]) -> Outcome | None:
        """Run a calculation on whichever worker is free.

        One that a former run of the program began, and that the scheduler still knows, is not begun again.
        """
        job = replace(job, directory=job.directory.absolute())
        if (found := read_outcome(job.directory, job.set_back)) is not None:
            return found
        # A worker sees by this that the campaign's directory is there.
        job.directory.parent.mkdir(parents=True, exist_ok=True)
        outcome = self._asked(job, containment, cancelled)
        if outcome is not None and read_outcome(job.directory, job.set_back) is None:
            # The worker's files are not ours; what came from it survives the death of this program too.
            job.directory.mkdir(parents=True, exist_ok=True)
            write_outcome(job.directory, outcome, job.attempt)
        return outcome

    def _asked(self, job: Job, containment: Containment, cancelled: Callable[[], bool]) -> Outcome | None:
        while True:
            client = self._connected()
            with self._places.taken(cancelled) as place:
                if not place:
                    return None
                try:
                    return self._answer(client, job, containment, cancelled)
                except _DisconnectedError:
                    log.warning("the connection to the cluster broke; looking for it again")

    def _answer(
        self, client: Client, job: Job, containment: Containment, cancelled: Callable[[], bool]
    ) -> Outcome | None:
        began, ended = time.monotonic(), threading.Event()
        # The same calculation has the same name, so that a program begun anew finds the one that still runs.
        name = "zincloop-" + digest({"directory": str(job.directory), "set_back": job.set_back})
        future = client.submit(calculate, job, containment, protocol_of(job), key=name, pure=False, retries=0)
        fire_and_forget(future)
        future.add_done_callback(lambda _: ended.set())
        while not (ended.wait(LOOK_SECONDS) or future.done()):
            self._places.look()
            if cancelled():
                client.cancel([future], force=True)
                return None
        try:
            outcome: Outcome | None = future.result(timeout=CONNECT_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever a worker or Dask came upon
            return _failed(error, time.monotonic() - began)
        return outcome

    def _connected(self) -> Client:
        """The cluster, once it is within reach; what was found out is not found out again."""
        with self._connecting:
            if self._broken is not None:
                raise self._broken
            try:
                if self._client is None:
                    self._client = self._connect()
                elif not _within_reach(self._client):
                    raise AwayError(f"workers.cluster: {self._begun.where} is out of reach")
            except PartError as error:
                self._broken = error
                raise
            return self._client

    def _connect(self) -> Client:
        try:
            client = Client(self._begun.address(), timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            said = str(error).strip().splitlines()
            reason = said[0] if said else type(error).__name__
            # A scheduler may be back later; settings of TLS, say, do not mend themselves.
            kind = AwayError if isinstance(error, OSError) else PartError
            raise kind(f"workers.cluster: {self._begun.where} cannot be reached: {reason}") from error
        log.info("calculations run on %s", client.scheduler.address)  # type: ignore[union-attr]
        return client

    def _threads(self) -> int:
        client = self._connected()
        try:
            return sum(client.nthreads().values())
        except (OSError, RuntimeError, ValueError):  # the connection breaks just now
            return 0


def _within_reach(client: Client) -> bool:
    """Wait while the connection is made again; returns whether it was."""
    until = time.monotonic() + 2 * CONNECT_SECONDS
    while client.status == "connecting" and time.monotonic() < until:
        time.sleep(0.1)
    return bool(client.status == "running")


def _failed(error: Exception, seconds: float) -> Failure:
    """What no outcome means for a request."""
    if isinstance(error, CancelledError) and getattr(error, "reason", "") == "scheduler-connection-lost":
        raise _DisconnectedError from error
    if isinstance(error, PartError):
        raise PartError(f"workers.cluster: {error}; {SAME}") from error
    if isinstance(error, ImportError) or isinstance(error.__cause__, ImportError):
        raise PartError(
            f"workers.cluster: zincloop cannot be imported there ({error.__cause__ or error}); {SAME}"
        ) from error
    what = "" if isinstance(error, KilledWorker | CancelledError) else f": {type(error).__name__}: {error}"
    return Failure(
        FailureKind.TRANSIENT, f"the calculation was lost with its worker{what}", Cost(0.0, seconds)
    )
