"""What the laboratory of a waiting campaign sends back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from flows.laboratory.asking import open_requests, to_fill_in
from flows.opening import Opened
from tests.conftest import PLUGIN, ROOT


@pytest.fixture
def filled(waiting: Opened, tmp_path: Path) -> Path:
    """A file with every reading that is asked for."""
    state = waiting.ledger.state()
    table = to_fill_in(open_requests(waiting, state), state)
    table["value"] = [
        f"{95 + k / 10:.1f}" if p == "ce" else f"{40 - k / 10:.1f}" for k, p in enumerate(table["property"])
    ]
    file = tmp_path / "filled.csv"
    table.to_csv(file, index=False)
    return file


@dataclass(frozen=True)
class Served:
    """A campaign and the server of its laboratory, in a process of its own."""

    home: Path
    process: subprocess.Popen[str]
    announced: str
    client: httpx.Client

    @property
    def token(self) -> str:
        return (self.home / "lab.token").read_text().strip()

    def end(self, number: int = signal.SIGTERM) -> str:
        """End the server; returns everything it printed after it was ready."""
        self.process.send_signal(number)
        told, _ = self.process.communicate(timeout=30)
        return told


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    """Start the server as a shell in the background would, with SIGINT ignored, and wait for it."""
    command = [sys.executable, "-m", "flows.cli", "lab", "serve", str(home), "--port", "0"]
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONPATH": f"{PLUGIN}{os.pathsep}{ROOT}"},
        )
    finally:
        signal.signal(signal.SIGINT, former)
    assert process.stdout is not None
    announced = process.stdout.readline() + process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", announced)
    assert found is not None, announced
    token = (home / "lab.token").read_text().strip()
    try:
        with httpx.Client(
            base_url=found[0], headers={"Authorization": f"Bearer {token}"}, timeout=60
        ) as client:
            yield Served(home, process, announced, client)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def served(waiting: Opened) -> Iterator[Served]:
    """The server of a waiting campaign of one's own."""
    with serving(waiting.store.directory) as server:
        yield server


@pytest.fixture(scope="module")
def shared(waiting_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for tests that change nothing."""
    home = tmp_path_factory.mktemp("shared") / "quick"
    shutil.copytree(waiting_directory, home)
    with serving(home) as server:
        yield server
