"""Dask workers as jobs of a batch system: SLURM or PBS."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from dask_jobqueue.core import JobQueueCluster
from dask_jobqueue.pbs import PBSCluster
from dask_jobqueue.slurm import SLURMCluster

from flows.campaign_file.tables import ClusterTable, WorkersTable
from flows.executors import AwayError
from loop.protocols import PartError

SYSTEMS: dict[str, type[JobQueueCluster]] = {"slurm": SLURMCluster, "pbs": PBSCluster}

CERTIFICATES = ".dask-jobqueue.worker."
"""How the names of the files begin that Dask keeps certificates for the jobs in."""

LOOPBACK = "127.0.0.1:0"

AWAY = re.compile(r"unable to contact|cannot connect|connection refused|timed out|temporarily", re.IGNORECASE)
"""What SLURM and PBS say where their server does not answer, and not where a job is refused."""

WORKER_GB = 2.0
"""Memory of a job beside that of its calculations: the worker, and the process that they are forked from."""


def job_cluster(
    workers: WorkersTable, table: ClusterTable, calculation_gb: float, home: Path
) -> JobQueueCluster:
    """A cluster without workers yet; each of its jobs is one, with a place for each calculation.

    The jobs run this interpreter and speak TLS with certificates made for this run, so the environment and
    the campaign's directory have to be on a file system that the machines share.

    Parameters
    ----------
    calculation_gb
        Memory of one calculation, 10^9 bytes.
    home
        Directory for the logs of the jobs and for the certificates.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in home.glob(f"{CERTIFICATES}*"):  # of a program that was killed, whose jobs end by themselves
        left.unlink()
    memory = table.memory_gb or WORKER_GB + table.at_once * calculation_gb
    options: dict[str, Any] = {
        "cores": table.at_once * workers.threads,
        "processes": 1,
        "memory": f"{memory:g}GB",
        "walltime": table.walltime,
        "queue": table.queue,
        "account": table.account,
        "job_extra_directives": list(table.directives),
        "job_script_prologue": list(table.prologue),
        "interface": table.interface,
        "python": sys.executable,
        "local_directory": "/tmp",  # noqa: S108 - of the machine the job runs on; Dask makes its own inside
        "log_directory": str(home),
        "shared_temp_directory": str(home),
        "security": True,
        # Not a thread for each core: a calculation may use several. Pages that want no password stay inside.
        "worker_extra_args": [
            *("--nthreads", str(table.at_once)),
            *("--no-dashboard", "--dashboard-address", LOOPBACK),
        ],
        "scheduler_options": {"dashboard": False, "dashboard_address": LOOPBACK},
    }
    return SYSTEMS[table.kind](**{name: value for name, value in options.items() if value is not None})


def keep(cluster: JobQueueCluster, jobs: int) -> None:
    """Submit jobs until there are so many; those that run or wait in a queue are left alone.

    Raises
    ------
    PartError
        If the batch system takes none.
    """

    async def corrected() -> None:
        for name in set(cluster.worker_spec) - set(cluster.workers):  # they have ended
            del cluster.worker_spec[name]
        while len(cluster.worker_spec) < jobs:
            cluster.worker_spec.update(cluster.new_worker_spec())
        await cluster._correct_state()

    async def forgotten() -> None:
        for name in [n for n, job in cluster.workers.items() if job.job_id is None]:
            del cluster.workers[name]

    try:
        cluster.sync(corrected)
    except (RuntimeError, ValueError, OSError) as error:
        cluster.sync(forgotten)
        reason = " ".join(str(error).split())
        kind = AwayError if AWAY.search(reason) else PartError
        raise kind(f"workers.cluster: no job can be submitted: {reason}") from error
