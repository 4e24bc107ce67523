"""The cluster that a campaign begins for itself, or finds."""

from __future__ import annotations

import logging
import math
import signal
from pathlib import Path
from typing import Any

import dask
from distributed import LocalCluster

from flows.campaign_file.tables import WorkersTable
from loop.protocols import PartError

log = logging.getLogger("zincloop")

SETTINGS = {
    # A worker's death is told at once; whether anything is tried again is the campaign's decision.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    # Calculations are limited one by one; the worker that only waits for them is small.
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    # Nobody looks at their pages, which want no password.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}

LOOPBACK = "127.0.0.1:0"


class Begun:
    """Where calculations go; nothing is begun before its address is asked for.

    Parameters
    ----------
    workers
        How many calculations at the same time, and on which cluster.
    calculation_gb
        Memory of one calculation, 10^9 bytes.
    home
        Directory for what a batch system and Dask leave on disk.
    """

    def __init__(self, workers: WorkersTable, calculation_gb: float, home: Path) -> None:
        assert workers.cluster is not None  # noqa: S101 - asked for only then
        self._workers, self._table = workers, workers.cluster
        self._calculation_gb, self._home = calculation_gb, home
        self._cluster: Any = None
        self._submitted = False
        if self._table.kind in ("slurm", "pbs"):
            _import_jobs()

    @property
    def where(self) -> str:
        """What a person calls it."""
        return self._table.address or f"the cluster of kind '{self._table.kind}'"

    def address(self) -> Any:  # noqa: ANN401 - a cluster of Dask's, untyped
        """What a client connects to; begins the cluster if it has to be begun."""
        if self._table.kind != "scheduler":
            with dask.config.set(SETTINGS):
                self._cluster = self._local() if self._table.kind == "local" else self._jobs()
        _log_beside_the_campaign()  # not before: Dask silences the handlers that it finds
        return self._cluster or self._table.address

    def keep(self, calculations: int) -> None:
        """Have jobs submitted for so many calculations, and in the place of jobs that ended."""
        if self._table.kind not in ("slurm", "pbs"):
            return
        from flows.executors.jobs import keep  # noqa: PLC0415 - a batch system only if asked for

        try:
            keep(self._cluster, math.ceil(calculations / self._table.at_once))
        except PartError as error:
            if not self._submitted:
                raise
            log.warning("%s", error)  # a batch system may be away for a moment
        self._submitted = True

    def close(self) -> None:
        """End what was begun."""
        if self._cluster is None:
            return
        self._cluster.close()
        for name in ("key", "cert", "ca_file"):  # which Dask writes for jobs, and leaves
            if (file := getattr(self._cluster, f"_job_{name}", None)) is not None:
                file.close()

    def _local(self) -> Any:  # noqa: ANN401
        # Whoever may submit runs code as this user, so other users of the machine must not.
        return LocalCluster(
            n_workers=self._workers.count,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            security=True,
            dashboard_address=LOOPBACK,
            worker_dashboard_address=LOOPBACK,
            local_directory=str(self._home),
            silence_logs=logging.CRITICAL,
        )

    def _jobs(self) -> Any:  # noqa: ANN401
        from flows.executors.jobs import job_cluster  # noqa: PLC0415 - a batch system only if asked for

        return job_cluster(self._workers, self._table, self._calculation_gb, self._home)


def _import_jobs() -> None:
    """Import what submits jobs; dask_jobqueue takes SIGINT for itself, for which it needs the main thread."""
    former = signal.getsignal(signal.SIGINT)
    try:
        import flows.executors.jobs  # noqa: F401, PLC0415 - a batch system only if asked for
    except ImportError as error:
        raise PartError(
            f"[workers.cluster] needs dask-jobqueue ({error}): pip install 'zincloop[cluster]'"
        ) from error
    signal.signal(signal.SIGINT, former)


def _log_beside_the_campaign() -> None:
    """Send what Dask logs in this process to the campaign's log; the terminal belongs to the display."""
    for name in [n for n in logging.root.manager.loggerDict if n.split(".")[0] == "distributed"]:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.NOTSET)
    for name in ("distributed", "tornado", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = list(log.handlers) or [logging.NullHandler()], False
        logger.setLevel(logging.WARNING)
