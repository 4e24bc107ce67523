"""Answers of real oracles, kept on disk so that every strategy and seed shares them."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from loop.protocols import ComputedOracle, ResourceError
from loop.records import Cost, Outcome, Request
from oracles.contained.answering import answer
from oracles.contained.spool import read_outcome, write_outcome

DEADLINE = 300
"""CPU-seconds for one molecule: a machine that is busy or asleep must not turn an answer into a failure."""


@contextmanager
def deadline() -> Iterator[None]:
    """Raise ``ResourceError`` where a calculation in this process takes more CPU time than ``DEADLINE``."""
    former = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, DEADLINE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


@dataclass(frozen=True)
class Answers:
    """Asks each question once, in this process, and remembers its answer and what it cost.

    Attributes
    ----------
    oracles
        Who is asked.
    directory
        One folder for each question, named by its key: the content hash of molecule, oracle and protocol.
    """

    oracles: Sequence[ComputedOracle]
    directory: Path

    def __call__(self, request: Request) -> Outcome:
        """The outcome of a request; a failure is one too."""
        home = self.directory / request.key
        if (found := read_outcome(home)) is None:
            found = self._asked(request, home)
            home.mkdir(parents=True, exist_ok=True)
            write_outcome(home, found)
        return found

    def _asked(self, request: Request, home: Path) -> Outcome:
        oracle = next(o for o in self.oracles if o.kind == request.oracle)
        cpu, wall = time.process_time(), time.monotonic()
        with deadline():
            return answer(
                oracle,
                request.molecule.smiles,
                home,
                lambda: Cost(time.process_time() - cpu, time.monotonic() - wall),
            )


def _stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler
    raise ResourceError(f"no answer within {DEADLINE} CPU-seconds")
