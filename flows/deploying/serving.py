"""Serve a campaign's deployment: with the user's Prefect server, or a private one that stays up meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from flows.deploying.tick import SERVED_BY
from flows.opening import Opened
from flows.server import ServerError, prefect_server
from flows.store import Store, StoreError

SCHEDULER = "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED"
"""The private server of a run schedules nothing; that of a deployment has to."""

AUTH = "prefect-auth.txt"
"""File in the campaign's directory that holds what a private server asks for at login."""

AGAIN_SECONDS = 30.0
"""Time after which a server that was lost is looked for again."""

Say = Callable[[str], None]


def serve(opened: Opened, every: timedelta, say: Say) -> None:
    """Serve until SIGINT or SIGTERM, which stop what runs cleanly; a server that is lost is looked for again.

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
            lines = _announcement(store, name, every, own)
            from flows.deploying.ticking import serve_ticks  # noqa: PLC0415 - its server is set now

            asyncio.run(serve_ticks(name, store.directory.resolve(), every, lambda: say(lines)))
            return
    except ServerError as error:
        if os.environ.get(SERVED_BY) != str(os.getpid()):
            raise StoreError(f"{error}; {f'see {log}' if own else 'see PREFECT_API_URL'}") from error
        say(f"{error}; trying again in {AGAIN_SECONDS:.0f} s")
    _serve_again(store.directory, every)


def _announcement(store: Store, name: str, every: timedelta, own: bool) -> str:
    lines = [
        f"{name} is looked at every {every.total_seconds() / 60:g} minutes; Ctrl-C ends that",
        f"Prefect's pages: {os.environ['PREFECT_API_URL'].removesuffix('/api')}",
        *([f"log in with what {store.directory / AUTH} holds"] if own else []),
    ]
    return "\n".join(lines)


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


def _serve_again(directory: Path, every: timedelta) -> NoReturn:
    """Become a program that serves anew: Prefect keeps the address it was imported with."""
    time.sleep(AGAIN_SECONDS)
    minutes = str(every.total_seconds() / 60)
    arguments = [sys.executable, "-m", "flows.cli", "deploy", str(directory), "--every", minutes]
    os.execv(sys.executable, arguments)  # noqa: S606 - our own interpreter and module, no shell
