"""The cluster that a campaign begins for itself, or finds."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Any

import dask
from distributed import LocalCluster

from flows.campaign_file.tables import WorkersTable

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

    @property
    def where(self) -> str:
        """What a person calls it."""
        return self._table.address or f"the cluster of kind '{self._table.kind}'"

    def address(self) -> Any:  # noqa: ANN401 - a cluster of Dask's, untyped
        """What a client connects to; begins the cluster if it has to be begun."""
        _log_beside_the_campaign()
        if self._table.kind == "scheduler":
            return self._table.address
        with dask.config.set(SETTINGS):
            self._cluster = self._local() if self._table.kind == "local" else self._jobs()
        return self._cluster

    def keep(self, calculations: int) -> None:
        """Have jobs submitted for so many calculations, and in the place of jobs that ended."""
        if self._table.kind in ("slurm", "pbs"):
            from flows.executors.jobs import keep  # noqa: PLC0415 - a batch system only if asked for

            keep(self._cluster, math.ceil(calculations / self._table.at_once))

    def close(self) -> None:
        """End what was begun."""
        if self._cluster is not None:
            self._cluster.close()

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


def _log_beside_the_campaign() -> None:
    """Send what Dask logs in this process to the campaign's log; the terminal belongs to the display."""
    for name in [n for n in logging.root.manager.loggerDict if n.split(".")[0] == "distributed"]:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in ("distributed", "tornado", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = list(log.handlers) or [logging.NullHandler()], False
