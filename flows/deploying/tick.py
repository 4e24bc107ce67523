"""One tick of a schedule: see whether a campaign has something to do, and let a child process do it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from flows.opening import existing
from flows.statuses import OWN_ERROR
from flows.store import Store, StoreError
from loop.decisions import WAITING
from loop.ledger import LedgerError

SERVED_BY = "ZINCLOOP_SERVED_BY"
"""Environment variable with the process that serves the deployment, if that is 'zincloop deploy'."""

STOP_SECONDS = 20.0
"""Time a campaign has to stop by itself; Prefect kills after 30 s."""

LOG = "deploy.log"
"""What the children said, in the campaign's directory."""


@dataclass(frozen=True)
class Ran:
    """A run of the program that has ended.

    Attributes
    ----------
    status
        Its exit status, or minus the signal that killed it.
    sentence
        Why it ended.
    """

    status: int
    sentence: str


def idle(directory: Path) -> str | None:
    """Why nothing has to be started; ``None`` where something is to be done.

    Raises
    ------
    StoreError
        If there is no campaign, or its ledger is damaged.
    """
    owner = Store(directory).holder()
    if owner is not None:
        return f"process {owner} works on the campaign"
    opened = existing(directory)
    try:
        closed, last = opened.ledger.state().closed, opened.ledger.last()
        ends = opened.ledger.history("session end")
    finally:
        opened.ledger.close()
    if closed is not None:
        return f"ended: {closed}"
    until = opened.assembled.definition.waiting.until
    reason = str(ends[-1].data["reason"]) if ends and ends[-1].seq == last else ""
    if reason.startswith(WAITING) and (until is None or time.time() < until):
        return f"no news; {reason}"
    return None


def go_on(directory: Path) -> Ran:
    """Run the campaign in a process that dies with this one; stopped, if this is interrupted."""
    log = directory / LOG
    with log.open("ab") as sink:
        start = sink.tell()
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-m", "flows.deploying.child", str(directory), str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = child.wait()
        except BaseException:  # Prefect cancels by an exception of its own
            _stop(child)
            raise
    return Ran(status, _sentence(directory, status, log.read_bytes()[start:].decode(errors="replace")))


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _sentence(directory: Path, status: int, said: str) -> str:
    if status < 0:
        return f"the program was killed by {signal.Signals(-status).name}; the next run goes on"
    lines = [line for line in said.splitlines() if line.strip()]
    with contextlib.suppress(StoreError, LedgerError):
        name = existing(directory).assembled.definition.name
        # What a run says at its end, before it says where to go on.
        told = [line for line in lines if line.startswith(f"{name}: ")]
        if told:
            return told[-1]
    # What is wrong comes last.
    return " ".join(lines[-2:] if status == OWN_ERROR else lines[-1:]) or f"ended with status {status}"
