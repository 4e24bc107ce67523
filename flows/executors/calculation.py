"""What a worker of Dask does for one calculation: the contained execution of every other machine."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

from distributed import Status, get_worker

from loop.parts import load
from loop.protocols import Oracle, PartError
from loop.records import Cost, Failure, FailureKind, Outcome
from oracles.contained import Containment, Job, run

ALIVE = (Status.running, Status.paused, Status.closing_gracefully)


def calculate(job: Job, containment: Containment, protocol: str) -> Outcome | None:
    """Run a calculation on a worker; ``None`` if it was cancelled.

    Raises
    ------
    PartError
        If the oracle here would not do what the digest of its protocol promises.
    """
    if (here := protocol_of(job)) != protocol:
        raise PartError(
            f"the oracle '{job.oracle}' on {socket.gethostname()} follows another protocol ({here}) than "
            f"that of this campaign ({protocol})"
        )
    began = time.monotonic()
    try:
        with _seen(job) as there:
            return run(there, containment, _cancelled())
    except OSError as error:
        reason = f"{socket.gethostname()}: {error}"
        return Failure(FailureKind.TRANSIENT, reason, Cost(0.0, time.monotonic() - began))


def protocol_of(job: Job) -> str:
    """Digest of the protocol that a job's oracle follows on this machine."""
    return cast(Oracle, load("oracles", job.oracle).model_validate(job.settings)).protocol().digest


def _cancelled() -> Callable[[], bool]:
    worker = get_worker()
    name = worker.get_current_task()

    def cancelled() -> bool:
        task = worker.state.tasks.get(name)
        return task is None or task.state == "cancelled" or worker.status not in ALIVE

    return cancelled


@contextmanager
def _seen(job: Job) -> Iterator[Job]:
    """The job in the campaign's directory if this machine sees it, else in a directory of its own."""
    if os.access(job.directory.parent, os.W_OK | os.X_OK):
        yield job
        return
    with tempfile.TemporaryDirectory(prefix="zincloop-") as own:
        yield replace(job, directory=Path(own) / job.directory.name)
