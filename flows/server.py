"""A Prefect server of the campaign's own, on the loopback, that dies with the program.

Prefect's own temporary server outlives a killed program and gives up after a fixed start-up time; this
one is asked to die by the kernel and is given as long as a busy workstation needs.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oracles.contained.endings import die_with_parent

STARTUP_SECONDS = 180.0
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_CLI_COLORS": "false",
    # A server on the loopback answers or is gone; waiting for it would hold up the round.
    "PREFECT_CLIENT_MAX_RETRIES": "1",
}


class ServerError(Exception):
    """Prefect's server did not come up."""


@contextmanager
def prefect_server(home: Path, log: Path) -> Iterator[None]:
    """Point this process at a Prefect server: the user's own if one is configured, else a private one.

    Parameters
    ----------
    home
        Directory for Prefect's database; may be deleted between runs.
    log
        File for what the server says.

    Raises
    ------
    ServerError
        If the server ends or does not answer in time.
    """
    os.environ.update({k: os.environ.get(k, v) for k, v in QUIET.items()})
    if "PREFECT_API_URL" in os.environ:
        yield
        return
    home.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    token = f"zincloop:{secrets.token_urlsafe(24)}"
    private = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_AUTH_STRING": token,
        "PREFECT_SERVER_API_AUTH_STRING": token,
    }
    os.environ.update(private)
    with log.open("ab") as sink:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-m", "flows.server", str(port), str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await(child, f"http://127.0.0.1:{port}/api/health")
        yield
    finally:
        child.kill()
        child.wait()
        for name in private:
            os.environ.pop(name, None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(child: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise ServerError(f"Prefect's server ended with status {child.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - the loopback address above
                return
        except urllib.error.HTTPError:
            return  # it answers, if only to ask for the token
        except OSError:
            time.sleep(0.2)
    raise ServerError(f"Prefect's server did not answer within {STARTUP_SECONDS:.0f} s")


def serve(port: int, parent: int) -> None:
    """Be the server, until the parent dies."""
    import uvicorn  # noqa: PLC0415 - only the server process pays for it

    die_with_parent(parent)
    uvicorn.run(
        "prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port, log_level="error"
    )


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
