"""Start calculations from a nursery: one for each number of threads, begun when first needed."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from oracles.contained.nursery import MESSAGE_BYTES, sweep

START_SECONDS = 300.0
"""Within which a nursery has begun a calculation, on the slowest machine and with everything to import."""

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

ALIKE = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"}
"""The same for any number of threads. OpenMP's threads help where OpenBLAS's cost more than they save, and
ones that spin while they wait take the time of those that work: with two threads on two cores the orbitals
of glycol took 17.8 s (32 of CPU time) without these, 11.5 (17) with them, and 14.5 (13) with one thread."""

PROGRAM = "import sys; from oracles.contained.nursery import main; main(int(sys.argv[1]))"


class LostError(Exception):
    """The nursery ended before the calculation did, and the calculation with it."""


@dataclass(frozen=True)
class Death:
    """How a calculation's process ended: exit code (negative for a signal) and CPU seconds."""

    code: int
    cpu_seconds: float


class Started:
    """A calculation under way."""

    def __init__(self, answer: socket.socket) -> None:
        self._answer = answer
        self._text = b""
        self.pid = int(self._next(START_SECONDS)["pid"])

    def wait(self, seconds: float) -> Death | None:
        """Wait so long for its end; ``None`` if it goes on.

        Raises
        ------
        LostError
            If nobody can tell any more how it ended.
        """
        try:
            told = self._next(seconds)
        except TimeoutError:
            return None
        return Death(int(told["code"]), told["cpu_seconds"])

    def kill(self) -> Death:
        """End it with everything it started."""
        sweep(self.pid)
        return self.wait(START_SECONDS) or Death(-signal.SIGKILL, 0.0)

    def close(self) -> None:
        """Listen no longer."""
        self._answer.close()

    def _next(self, seconds: float) -> dict[str, float]:
        until = time.monotonic() + seconds
        while b"\n" not in self._text:
            self._answer.settimeout(max(until - time.monotonic(), 1e-3))
            try:
                came = self._answer.recv(MESSAGE_BYTES)
            except TimeoutError:
                raise
            except OSError as error:
                raise LostError(str(error)) from error
            if not came:
                raise LostError("the process from which calculations are forked ended")
            self._text += came
        line, _, self._text = self._text.partition(b"\n")
        told: dict[str, float] = json.loads(line)
        return told


class _Nursery:
    """The nursery's process, begun again if it has ended."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self, oracle: str, directory: Path) -> Started:
        ours, theirs = socket.socketpair()
        message = json.dumps({"oracle": oracle, "directory": str(directory)}).encode()
        with theirs, self._lock:
            try:
                socket.send_fds(self._running(), [message], [theirs.fileno()])
            except OSError as error:
                ours.close()
                self.close()
                raise LostError(str(error)) from error
        try:
            return Started(ours)
        except (LostError, TimeoutError) as error:
            ours.close()
            self.close()
            raise LostError(f"it could not be begun: {error}") from error

    def _running(self) -> socket.socket:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self.close()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
                [sys.executable, "-c", PROGRAM, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=os.environ | dict.fromkeys(THREAD_VARIABLES, str(self._threads)) | ALIKE,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        return self._control

    def close(self) -> None:
        """End the nursery and all that runs in it."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(5.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None


_nurseries: dict[int, _Nursery] = {}
_lock = Lock()


def start(oracle: str, directory: Path, threads: int) -> Started:
    """Begin the calculation whose ``job.json`` lies in a directory.

    Raises
    ------
    LostError
        If it could not be begun.
    """
    with _lock:
        nursery = _nurseries.setdefault(threads, _Nursery(threads))
    return nursery.start(oracle, directory)


@atexit.register
def close() -> None:
    """End every nursery, and all that runs in them; the next calculation begins another."""
    with _lock:
        for nursery in _nurseries.values():
            nursery.close()
        _nurseries.clear()
