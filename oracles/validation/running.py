"""Run calculations side by side, each in a process of its own that ends with this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from oracles.contained.nursery import sweep
from oracles.contained.starting import THREAD_VARIABLES
from oracles.validation.calculation import Answer, Calculation, told

Result = TypeVar("Result")

PROGRAM = "import sys; from oracles.validation.child import main; main(int(sys.argv[1]), sys.argv[2])"

DEADLINE_SECONDS = 7200.0
"""For one calculation; the longest of the full table takes minutes."""

POLL_SECONDS = 0.1
LOG_TAIL = 300


def run(
    calculations: Iterable[Calculation], workers: int, directory: Path
) -> Generator[tuple[Calculation, Answer], None, None]:
    """Calculate each once, the longest first, and yield every answer as it comes.

    Closing the iterator, or an exception where it is consumed (Ctrl-C), ends what still runs.
    """
    wanted = sorted(dict.fromkeys(calculations), key=lambda c: -c.expected_cpu_seconds)
    stop = threading.Event()
    with ThreadPoolExecutor(workers) as pool:
        try:
            futures = {
                pool.submit(_calculate, calculation, directory / str(k), stop): calculation
                for k, calculation in enumerate(wanted)
            }
            for future in as_they_end(futures):
                yield futures[future], future.result()
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def as_they_end(futures: Iterable[Future[Result]]) -> Iterator[Future[Result]]:
    """Yield each future when it is done, and heed a signal meanwhile.

    RDKit, after a search for a substructure, sets Python's handler of SIGINT again in a way that restarts
    what it interrupts: a thread that waits without an end, as in ``as_completed``, never learns of Ctrl-C.
    """
    left = set(futures)
    while left:
        done, left = wait(left, POLL_SECONDS, FIRST_COMPLETED)
        yield from done


def _calculate(calculation: Calculation, directory: Path, stop: threading.Event) -> Answer:
    directory.mkdir(parents=True)
    with (directory / "log.txt").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-c", PROGRAM, str(os.getpid()), str(directory)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=os.environ | dict.fromkeys(THREAD_VARIABLES, "1"),
            start_new_session=True,
        )
    assert process.stdin is not None  # noqa: S101 - asked for above
    with suppress(BrokenPipeError), process.stdin as asked:  # it is dead already, and its log says why
        asked.write(told(calculation).encode())
    code = _watch(process, stop)
    answer = directory / "answer.json"
    if answer.exists():
        return Answer(**json.loads(answer.read_text(encoding="utf-8")))
    return Answer(None, _death(code, directory / "log.txt"), 0.0)


def _watch(process: subprocess.Popen[bytes], stop: threading.Event) -> int:
    """Wait for the end, or bring it about; the exit code."""
    until = time.monotonic() + DEADLINE_SECONDS
    while (code := process.poll()) is None:
        if stop.wait(POLL_SECONDS) or time.monotonic() > until:
            sweep(process.pid)
            return process.wait()
    return code


def _death(code: int, log: Path) -> str:
    if code < 0:
        return f"the calculation died of {signal.Signals(-code).name}"
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"the calculation ended with status {code}: {lines[-1][-LOG_TAIL:] if lines else 'no word'}"
