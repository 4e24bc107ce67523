"""Serve a campaign's deployment: with the user's Prefect server, or a private one that stays up meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from flows.opening import Opened
from flows.server import ServerError, prefect_server
from flows.store import Store, StoreError

SCHEDULER = "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED"
"""The private server of a run schedules nothing; that of a deployment has to."""

AUTH = "prefect-auth.txt"
"""File in the campaign's directory that holds what a private server asks for at login."""

AT_ONCE = 2
"""Flow runs at the same time: the one that works, and those that see that it does."""

Say = Callable[[str], None]


def serve(opened: Opened, every: timedelta, say: Say) -> None:
    """Serve until SIGINT or SIGTERM; what runs then is stopped cleanly.

    Raises
    ------
    StoreError
        If the campaign is served already, or no server of Prefect answers.
    """
    store, name = opened.store, opened.assembled.definition.name
    opened.ledger.close()
    own = "PREFECT_API_URL" not in os.environ
    os.environ[SCHEDULER] = "true"
    log = store.directory / "prefect.log"
    try:
        with (
            _alone(store),
            prefect_server(store.directory / ".prefect-deploy", log),
            _login(store) if own else contextlib.nullcontext(),
        ):
            _announce(store, name, every, own, say)
            asyncio.run(_serve(name, store.directory.resolve(), every))
    except ServerError as error:
        raise StoreError(f"{error}; {f'see {log}' if own else 'see PREFECT_API_URL'}") from error


def _announce(store: Store, name: str, every: timedelta, own: bool, say: Say) -> None:
    say(f"{name} is looked at every {every.total_seconds() / 60:g} minutes; Ctrl-C ends that")
    say(f"Prefect's pages: {os.environ['PREFECT_API_URL'].removesuffix('/api')}")
    if own:
        say(f"log in with what {store.directory / AUTH} holds")


@contextlib.contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Let one program at a time serve a campaign; the kernel releases this however it ends."""
    with (store.directory / "deploy.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{store.directory}: another 'zincloop deploy' serves this campaign") from None
        yield


@contextlib.contextmanager
def _login(store: Store) -> Iterator[None]:
    """Leave the private server's secret where only its owner reads it."""
    file = store.directory / AUTH
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    with file.open("w", encoding="utf-8") as secret:
        secret.write(os.environ["PREFECT_API_AUTH_STRING"] + "\n")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


async def _serve(name: str, directory: Path, every: timedelta) -> None:
    from prefect.runner import Runner  # noqa: PLC0415 - Prefect reads its settings when it is imported

    from flows.deploying.flow import SERVED_BY, campaign  # noqa: PLC0415 - as above
    from flows.deploying.registering import register  # noqa: PLC0415 - as above

    os.environ[SERVED_BY] = str(os.getpid())
    runner = Runner(name=name, limit=AT_ONCE, pause_on_shutdown=True)
    await register(runner, campaign, name, directory, every)
    task = asyncio.ensure_future(runner.start())
    # Prefect's own handler, set when it starts, would stop it from inside the signal.
    while not runner.started and not task.done():
        await asyncio.sleep(0.05)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set():
        await runner.astop()
    waiting.cancel()
    await task
