"""Run a campaign and die of SIGKILL at a chosen commit: ``python -m tests.faults.driver FILE COMMIT MOMENT``.

The moment is ``before`` or ``after`` the commit; a commit number beyond the last lets the run end by itself.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from flows.evaluating import PlainRounds
from flows.opening import begin_or_resume, commit
from loop.ledger import Ledger
from tests.conftest import conducting

_count = 0
_lock = threading.Lock()


def die_at(number: int, moment: str) -> None:
    """Make the ledger kill the process at its ``number``-th transaction."""
    original = Ledger._transaction

    @contextmanager
    def counted(self: Ledger) -> Iterator[sa.Connection]:
        global _count  # noqa: PLW0603 - the whole point is to count over all threads
        with _lock:
            _count += 1
            mine = _count
        with original(self) as connection:
            yield connection
            if mine == number and moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        if mine == number and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    Ledger._transaction = counted  # type: ignore[method-assign]


def main(file: Path, number: int, moment: str) -> None:
    """Run the campaign of a file without Prefect."""
    os.environ["ZINCLOOP_TEST_PROGRAM"] = str(os.getpid())
    die_at(number, moment)
    opened = begin_or_resume(file, None)
    with opened.store.locked():
        commit(opened)
        conductor = conducting(opened)
        conductor.conduct(lambda: PlainRounds(conductor.evaluator))
    sys.stdout.write(f"{_count}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
