"""Calculations on the workers of a Dask cluster, each in a killable process of its own there.

Dask moves jobs and outcomes and tells which machines are alive. It repeats nothing: a worker that is lost
makes a transient failure, which the campaign tries again, and what was recorded stays recorded once.
"""

from __future__ import annotations

import contextlib
import logging
import math
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from flows.campaign_file.tables import WorkersTable
from loop.protocols import PartError
from loop.records import Cost, Failure, FailureKind, Outcome
from oracles.contained import Containment, Job, run
from oracles.contained.spool import read_outcome, write_outcome

try:
    import dask
    from distributed import CancelledError, Client, LocalCluster, fire_and_forget, get_worker
    from distributed.scheduler import KilledWorker
except ImportError as error:
    raise PartError(
        f"[workers.cluster] needs Dask, which is not installed ({error}): pip install 'zincloop[cluster]'"
    ) from error

log = logging.getLogger("zincloop")

LOOK_SECONDS = 0.5
"""How soon a signal that stops the program is seen."""

COUNT_SECONDS = 2.0
"""How long the number of places of a cluster is believed."""

SCALE_SECONDS = 30.0
"""How often jobs are submitted in the place of those that ended."""

SETTINGS = {
    # A worker's death is told at once; whether anything is tried again is the campaign's decision.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    # Calculations are limited one by one; the worker that only waits for them is small.
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
}


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
        From :meth:`run`, if the cluster cannot be reached or begun.
    """

    def __init__(self, workers: WorkersTable, calculation_gb: float, home: Path) -> None:
        assert workers.cluster is not None  # noqa: S101 - asked for only then
        self._workers, self._table = workers, workers.cluster
        self._calculation_gb, self._home = calculation_gb, home
        self._connecting = threading.Lock()
        self._client: Client | None = None
        self._cluster: Any = None
        self._places = _Places(workers.count)

    def __enter__(self) -> DaskExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster; one that was begun here ends."""
        for part in (self._client, self._cluster):
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
        client = self._connected()
        with self._places.taken(client, self._scale, cancelled) as place:
            if not place:
                return None
            outcome = _wait(client, job, containment, cancelled)
        if outcome is not None and read_outcome(job.directory, job.set_back) is None:
            # The worker's files are not ours; what came from it survives the death of this program too.
            job.directory.mkdir(parents=True, exist_ok=True)
            write_outcome(job.directory, outcome, job.attempt)
        return outcome

    def _connected(self) -> Client:
        with self._connecting:
            if self._client is None:
                try:
                    with dask.config.set(SETTINGS):
                        self._cluster = self._begun()
                        self._client = Client(self._cluster or self._table.address, timeout="30s")
                except (OSError, ValueError, RuntimeError) as error:
                    where = self._table.address or self._table.kind
                    raise PartError(f"workers.cluster: {where} cannot be reached: {error}") from error
                log.info("calculations run on %s", self._client.scheduler.address)  # type: ignore[union-attr]
            return self._client

    def _begun(self) -> Any:  # noqa: ANN401 - a cluster of Dask's, untyped
        """The cluster that a campaign begins for itself; ``None`` where one is there already."""
        if self._table.kind == "scheduler":
            return None
        if self._table.kind == "local":
            return LocalCluster(
                n_workers=self._workers.count,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                silence_logs=logging.ERROR,
            )
        from flows.executors.jobs import job_cluster  # noqa: PLC0415 - a batch system only if asked for

        return job_cluster(self._workers, self._table, self._calculation_gb, self._home)

    def _scale(self, wanted: int) -> None:
        """Have jobs submitted for what waits, and in the place of those that ended."""
        if self._table.kind in ("slurm", "pbs"):
            self._cluster.scale(jobs=math.ceil(min(wanted, self._workers.count) / self._table.at_once))


class _Places:
    """How many calculations may be with the cluster at once: as many as it has threads, and no more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._taken = self._wanted = 0
        self._known, self._counted, self._scaled = 0, 0.0, 0.0

    @contextlib.contextmanager
    def taken(
        self, client: Client, scale: Callable[[int], None], cancelled: Callable[[], bool]
    ) -> Iterator[bool]:
        """Wait for a place and hold it; false if ``cancelled`` became true first."""
        with self._lock:
            self._wanted += 1
        try:
            while not (got := self._try(client, scale)) and not cancelled():
                time.sleep(LOOK_SECONDS)
            try:
                yield got
            finally:
                with self._lock:
                    self._taken -= got
        finally:
            with self._lock:
                self._wanted -= 1

    def _try(self, client: Client, scale: Callable[[int], None]) -> bool:
        with self._lock:
            now = time.monotonic()
            if now - self._scaled > SCALE_SECONDS or self._wanted > self._known:
                self._scaled = now
                scale(self._wanted)
            if now - self._counted > COUNT_SECONDS:
                self._counted = now
                self._known = min(sum(client.nthreads().values()), self._most)
            if self._taken < self._known:
                self._taken += 1
                return True
            return False


def _wait(
    client: Client, job: Job, containment: Containment, cancelled: Callable[[], bool]
) -> Outcome | None:
    began = time.monotonic()
    # The same calculation has the same name, so that a program begun anew finds the one that still runs.
    name = f"zincloop-{job.directory.name}-{job.set_back}"
    try:
        future = client.submit(calculate, job, containment, key=name, pure=False, retries=0)
        fire_and_forget(future)
        while True:
            try:
                found: Outcome | None = future.result(timeout=LOOK_SECONDS)
            except TimeoutError:
                if cancelled():
                    client.cancel([future], force=True)
                    return None
                continue
            return found
    except (KilledWorker, CancelledError, OSError) as error:
        reason = f"the worker was lost ({type(error).__name__})"
        return Failure(FailureKind.TRANSIENT, reason, Cost(0.0, time.monotonic() - began))


def calculate(job: Job, containment: Containment) -> Outcome | None:
    """Run a calculation on a worker, in the campaign's directory if it sees it, else in one of its own."""
    worker = get_worker()
    name = worker.get_current_task()

    def cancelled() -> bool:
        task = worker.state.tasks.get(name)
        return task is None or task.state == "cancelled"

    try:
        job.directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        with tempfile.TemporaryDirectory(prefix="zincloop-") as own:
            return run(replace(job, directory=Path(own) / job.directory.name), containment, cancelled)
    return run(job, containment, cancelled)
