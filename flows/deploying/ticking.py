"""Run a deployment's ticks until somebody stops that; imports Prefect, which has to find its server set."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from prefect.runner import Runner

from flows.deploying.flow import campaign
from flows.deploying.registering import register
from flows.deploying.tick import SERVED_BY
from flows.server import ServerError

AT_ONCE = 2
"""Flow runs at the same time: the one that works, and those that see that it does."""


async def serve_ticks(name: str, directory: Path, every: timedelta, announce: Callable[[], None]) -> None:
    """Serve until SIGINT, SIGTERM, or SIGHUP from a terminal that was closed.

    Raises
    ------
    ServerError
        If Prefect's server refuses, or is gone.
    """
    runner = Runner(name=name, limit=AT_ONCE, pause_on_shutdown=True)
    await register(runner, campaign, name, directory, every)
    os.environ[SERVED_BY] = str(os.getpid())
    announce()
    work = asyncio.ensure_future(runner.start())
    # Prefect's own handler, set when it starts, would stop it from inside the signal.
    while not runner.started and not work.done():
        await asyncio.sleep(0.05)
    stop = _on_signal()
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait([work, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if stop.is_set():
        # A server that is gone cannot be told; what runs ends with this program in any case.
        with contextlib.suppress(Exception):
            await runner.astop()
            await work
        return
    try:
        await work
    except Exception as error:
        raise ServerError(f"Prefect's server is gone ({type(error).__name__}: {error})") from error


def _on_signal() -> asyncio.Event:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            loop.add_signal_handler(number, stop.set)
    return stop
