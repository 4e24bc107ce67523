"""Where calculations run: on this machine, or on a cluster that Dask reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from flows.assembly import Assembled
from loop.protocols import PartError
from loop.records import Outcome
from oracles.contained import Containment, Job, run


class AwayError(PartError):
    """A cluster is out of reach for a reason that passes; the same is worth trying again later."""


class Executor(Protocol):
    """Runs calculations that are asked for from several threads."""

    def run(self, job: Job, containment: Containment, cancelled: Callable[[], bool]) -> Outcome | None:
        """Run one to its end, blocking the calling thread; ``None`` if ``cancelled`` became true first.

        What a former run of the program left of the same job is found again where that is possible.
        """
        ...


class Here:
    """On this machine."""

    def run(self, job: Job, containment: Containment, cancelled: Callable[[], bool]) -> Outcome | None:
        """Run it in a process of its own."""
        return run(job, containment, cancelled)


@contextmanager
def executor(assembled: Assembled, home: Path) -> Iterator[Executor]:
    """The executor that a campaign file asks for; nothing is started before the first calculation.

    Parameters
    ----------
    home
        Directory for what a cluster leaves on disk.
    """
    if assembled.workers.cluster is None:
        yield Here()
        return
    from flows.executors.dask import DaskExecutor  # noqa: PLC0415 - an extra, and seconds of imports

    most = max((c.memory_bytes for c in assembled.containment.values()), default=0)
    with DaskExecutor(assembled.workers, most / 1e9, home) as found:
        yield found
