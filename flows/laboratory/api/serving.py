"""Serve the laboratory's HTTP API: the token that lets in, the address, and the server."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import secrets
import socket
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from flows.laboratory.api.desk import Desk
from flows.laboratory.api.routes import create
from flows.laboratory.asking import people
from flows.opening import existing
from flows.store import StoreError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHORTEST, LONGEST = 32, 500
"""Characters of a token."""

GRACE_SECONDS = 10
"""How long what is under way may take when the server is told to end."""

CONNECTIONS = 100
"""At the same time; more are told to come again."""


def serve(campaign: Path, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until a signal ends it.

    Parameters
    ----------
    port
        0 takes a free one.
    say
        Told where the server is, and a line for each change and each refusal.

    Raises
    ------
    StoreError
        If the campaign asks no laboratory, the token is not safe, or the address cannot be had.
    """
    opened = existing(campaign)
    people(opened)
    opened.ledger.close()
    home, name = opened.store.directory, opened.assembled.definition.name
    token = own_token(home / "lab.token")
    with listening(host, port) as server:
        address = server.getsockname()
        if not ipaddress.ip_address(address[0]).is_loopback:
            say(
                f"warning: other machines can reach {host}, and nothing is encrypted on the way; put a "
                "reverse proxy with TLS before it"
            )
        where = f"http://{f'[{address[0]}]' if ':' in address[0] else address[0]}:{address[1]}"
        say(f"the laboratory of {name}: {where} (what it offers: {where}/docs)")
        say(f"the token that lets in: {home / 'lab.token'}")
        desk = Desk(home)
        config = uvicorn.Config(
            Diary(create(desk, token), say),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        try:
            uvicorn.Server(config).run(sockets=[server])
        finally:
            desk.close()


def own_token(path: Path) -> str:
    """The campaign's token, made where there is none.

    Raises
    ------
    StoreError
        If it cannot be read or made, or is not safe to use.
    """
    try:
        if not path.exists():
            _make(path)
        with path.open(encoding="ascii") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            token = file.read(LONGEST + 1).strip()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read or made: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise StoreError(f"{path}: {_unusable('holds more than letters, digits and signs')}") from error
    if mode & 0o077:
        raise StoreError(f"{path}: others can read it (mode {mode:04o}); 'chmod 600 {path}' keeps it secret")
    if not token:
        raise StoreError(f"{path}: {_unusable('is empty')}")
    if len(token) < SHORTEST:
        raise StoreError(
            f"{path}: {_unusable(f'has only {len(token)} characters, {SHORTEST} are the least')}"
        )
    if len(token) > LONGEST or any(not c.isprintable() or c == " " for c in token):
        raise StoreError(f"{path}: {_unusable(f'must be one word of at most {LONGEST} characters')}")
    return token


def _unusable(why: str) -> str:
    return f"the token {why}; remove the file, and a new one is made at the next start"


def _make(path: Path) -> None:
    """Make a token; the file is whole as soon as it is there, and of two programs the first one's stays."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            os.fsync(file.fileno())
        os.link(partial, path)
    except FileExistsError:
        return
    finally:
        partial.unlink()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises
    ------
    StoreError
        If the address is unknown, not this machine's, taken or not allowed.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        server = socket.create_server(address[:2], family=family, backlog=CONNECTIONS)
        # asyncio does so only for sockets that say they are TCP; without it an answer takes 40 ms longer.
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except socket.gaierror as error:
        raise StoreError(f"--host {host}: there is no such address: {error.strerror}") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StoreError(f"port {port} of {host} is in use; choose another with --port") from error
        raise StoreError(f"port {port} of {host} cannot be had: {os.strerror(error.errno or 0)}") from error
    return server


class Diary:
    """Tells a line for each change and each refusal: the route, never what a client wrote."""

    def __init__(self, app: ASGIApp, say: Callable[[str], None]) -> None:
        self._app, self._say = app, say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes, and note what is answered."""

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message["status"])
            await send(message)

        await self._app(scope, receive, noting)

    def _note(self, scope: Scope, status: int) -> None:
        if scope["method"] == "GET" and status < 400:
            return
        route = getattr(scope.get("route"), "path", "no route")
        client = (scope.get("client") or ("unknown",))[0]
        with contextlib.suppress(OSError):  # a terminal that is gone must not cost a client its answer
            self._say(
                f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC {client} {scope['method']} {route} {status}"
            )
