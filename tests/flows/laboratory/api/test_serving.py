"""The server of the laboratory: its token, its address, and how it ends."""

from __future__ import annotations

import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from flows.laboratory.api.serving import listening, own_token
from flows.opening import Opened
from flows.store import StoreError
from tests.flows.laboratory.conftest import Served, serving


def test_the_token_is_made_once_and_never_told(served: Served) -> None:
    path, token = served.home / "lab.token", served.token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(token) >= 32
    served.client.get("/requests")
    served.client.post("/readings", params={"token": token}, json=[])
    served.client.get(f"/{token}")
    httpx.get(f"{served.client.base_url}/requests/{token}", headers={"Authorization": f"Bearer {token}x"})
    told = served.announced + served.end()
    assert str(path) in told
    assert "POST /readings 422" in told
    assert token not in told
    assert served.process.returncode == 0
    with serving(served.home) as again:
        assert again.token == token
        assert again.client.get("/requests").status_code == 200
        assert again.end(signal.SIGINT).endswith("ended\n"), "also where a shell had it ignored"
        assert again.process.returncode == 0


@pytest.mark.parametrize(
    ("content", "mode", "clause"),
    [
        (b"", 0o600, "the token is empty; remove the file"),
        (b"\n", 0o600, "the token is empty; remove the file"),
        (b"secret\n", 0o600, "the token has only 6 characters, 32 are the least"),
        (b"x" * 40, 0o640, "others can read it (mode 0640); 'chmod 600"),
        (b"x" * 40, 0o604, "others can read it (mode 0604); 'chmod 600"),
        (b"x" * 40 + b" y", 0o600, "must be one word"),
        (b"x" * 1000, 0o600, "must be one word of at most 500 characters"),
        ("ü".encode() * 40, 0o600, "holds more than letters, digits and signs"),
    ],
)
def test_a_token_that_is_not_safe_is_refused(tmp_path: Path, content: bytes, mode: int, clause: str) -> None:
    path = tmp_path / "lab.token"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(StoreError) as caught:
        own_token(path)
    assert clause in str(caught.value)
    assert path.read_bytes() == content, "a token that somebody uses is not replaced"


def test_an_address_that_cannot_be_had_is_a_sentence() -> None:
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            StoreError, match=rf"port {port} of 127\.0\.0\.1 is in use; choose another with --port"
        ):
            listening("127.0.0.1", port)
    with pytest.raises(StoreError, match="there is no such address"):
        listening("nowhere.invalid", 0)
    with pytest.raises(StoreError, match=r"port 0 of 192\.0\.2\.1 cannot be had: Cannot assign"):
        listening("192.0.2.1", 0)


def test_an_answer_is_sent_at_once() -> None:
    with listening("127.0.0.1", 0) as server, socket.create_connection(server.getsockname()):
        accepted, _ = server.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_a_port_in_use_ends_the_command_with_status_2(waiting: Opened) -> None:
    with listening("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "flows.cli", "lab", "serve", str(waiting.store.directory)]
        ended = subprocess.run([*command, "--port", port], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == f"port {port} of 127.0.0.1 is in use; choose another with --port\n"


def test_an_address_that_others_reach_is_warned_about(waiting: Opened) -> None:
    command = [sys.executable, "-m", "flows.cli", "lab", "serve", str(waiting.store.directory)]
    with subprocess.Popen(
        [*command, "--host", "0.0.0.0", "--port", "0"],  # noqa: S104 - it is what is warned about
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        told = child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=30)
    assert told.startswith("warning: other machines can reach 0.0.0.0, and nothing is encrypted on the way")
    assert child.returncode == 0
