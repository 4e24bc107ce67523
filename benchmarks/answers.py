"""Answers of real oracles, kept on disk so that every strategy and seed shares them."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from loop.protocols import Oracle, ResourceError
from loop.records import Cost, Outcome, Request
from oracles.contained.child import answer
from oracles.contained.spool import read_outcome, write_outcome

DEADLINE = 300
"""Seconds for one molecule."""


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

    oracles: Sequence[Oracle]
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
        former = signal.signal(signal.SIGALRM, _stop)
        signal.alarm(DEADLINE)
        try:
            found = answer(oracle, request.molecule.smiles, home, wall)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, former)
        return replace(found, cost=Cost(time.process_time() - cpu, time.monotonic() - wall))


def _stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler
    raise ResourceError(f"no answer within {DEADLINE} s")
