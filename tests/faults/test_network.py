"""Without any network but this machine's own loopback a whole campaign runs, Prefect included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from loop.ledger import Ledger
from tests.conftest import unavailable

ALONE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
"""Runs a command in a network namespace of its own."""


@pytest.mark.slow
def test_a_campaign_runs_with_the_loopback_alone(quick: Path) -> None:
    if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
        unavailable("no network namespace can be made here (unshare, ip)")
    devices = subprocess.run(
        [*ALONE, "cat", "/proc/net/dev"], capture_output=True, text=True, check=True
    ).stdout
    assert [line.split(":")[0].strip() for line in devices.splitlines()[2:]] == ["lo"]
    quick.write_text(quick.read_text().replace("evaluations = 18", "evaluations = 10"))
    command = [*ALONE, str(Path(sys.executable).parent / "zincloop"), "run", str(quick)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "going on without it" not in (quick.parent / "quick" / "zincloop.log").read_text()
    assert Ledger(quick.parent / "quick" / "ledger.sqlite").state().evaluations == 10
