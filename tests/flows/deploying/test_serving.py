"""A served campaign is killed, goes on at the next tick, and leaves nothing alive behind."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.deploying.beginning import begun
from flows.store import Store
from loop.campaign import State
from loop.ledger import Ledger


@pytest.mark.slow
def test_a_served_campaign_survives_a_kill_and_ends_with_its_server(quick: Path) -> None:
    home, said = quick.parent / "quick", quick.parent / "said.txt"
    text = quick.read_text().replace("evaluations = 18", "evaluations = 10")
    quick.write_text(text + '\n[notifications]\nfile = "told.jsonl"\n')
    server = _serve(quick, said)
    try:
        _until(lambda: len(_state(home).answers) >= 4)
        owner = Store(home).holder()
        assert owner is not None
        assert _command(int(owner))[-3:] == ["run", str(home.resolve()), "--no-stay"]
        os.kill(int(owner), signal.SIGKILL)
        _until(lambda: _state(home).closed is not None)
        _complete(home)
        _seen_in_prefect(said, home)
        _ends_with_its_server(quick, home, server)
    finally:
        server.kill()
        server.wait()


def _serve(quick: Path, said: Path) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    with said.open("wb") as sink:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.cli", "deploy", str(quick), "--every", "0.1"],
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=environment | {"PREFECT_RUNNER_POLL_FREQUENCY": "1"},
        )


def _complete(home: Path) -> None:
    state = _state(home)
    assert state.closed == "budget spent: 10 of 10 evaluations"
    assert len(state.answers) == 20
    assert max(state.attempts.values()) <= 2
    _until(lambda: _told(home).count("end") == 1)


def _told(home: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in (home / "told.jsonl").read_text().splitlines()]


def _seen_in_prefect(said: Path, home: Path) -> None:
    secret = home / "prefect-auth.txt"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    found = re.search(r"http://127\.0\.0\.1:\d+", said.read_text())
    assert found is not None
    assert secret.read_text().strip() not in said.read_text()

    def ask(path: str) -> Any:
        token = base64.b64encode(secret.read_text().strip().encode()).decode()
        headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{found[0]}/api/{path}/filter", b"{}", headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    (deployment,) = ask("deployments")
    assert deployment["name"] == "quick"
    assert deployment["parameters"] == {"directory": str(home.resolve())}

    def messages() -> set[str]:
        runs = [r for r in ask("flow_runs") if r["deployment_id"] == deployment["id"]]
        return {f"{r['state']['type']} {r['state']['message']}" for r in runs}

    _until(lambda: "COMPLETED quick: budget spent: 10 of 10 evaluations" in messages())
    assert "FAILED the program was killed by SIGKILL; the next run goes on" in messages()
    names = {r["name"] for r in ask("flow_runs")}
    assert {f"quick round {k}" for k in range(2)} <= names, "rounds are shown by the same server"


def _ends_with_its_server(quick: Path, home: Path, server: subprocess.Popen[bytes]) -> None:
    """Give the campaign more to do, and stop the server while it does that."""
    text = quick.read_text().replace("evaluations = 10", "evaluations = 600")
    quick.write_text(text.replace("rounds = 3", "rounds = 300"))
    begun(quick, None).ledger.close()
    _until(lambda: len(_state(home).answers) >= 22)
    owner = Store(home).holder()
    children = _descendants(server.pid)
    assert owner is not None
    assert int(owner) in children
    assert any("flows.server" in _command(pid) for pid in children)
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=40) == 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert Store(home).holder() is None
    ledger = Ledger(home / "ledger.sqlite")
    last = ledger.history()[-1]
    assert (last.kind, last.data["reason"]) == ("session end", "stopped by a signal")
    ledger.close()
    assert not (home / "prefect-auth.txt").exists()


def _state(home: Path) -> State:
    path = home / "ledger.sqlite"
    if not path.exists() or path.stat().st_size == 0:
        return State()
    ledger = Ledger(path)
    try:
        return ledger.state()
    finally:
        ledger.close()


def _until(true: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.2)


def _command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")


def _descendants(pid: int) -> set[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}
