"""Prefect may die, or its files vanish; the campaign does not notice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from flows.server import ServerError, prefect_server
from loop.ledger import Ledger
from tests.conftest import ROOT
from tests.faults.killing import finished


@pytest.mark.slow
def test_its_server_killed_in_mid_round(quick: Path) -> None:
    # One small round: every call to the dead server is waited for by Prefect, some seconds each.
    text = quick.read_text().replace("evaluations = 18", "evaluations = 4")
    quick.write_text(text.replace("initial = 6", "initial = 4"))
    command = [sys.executable, "-m", "tests.faults.prefect_driver", str(quick)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == ["killed", "budget spent: 4 of 4 evaluations"]
    state = Ledger(quick.parent / "quick" / "ledger.sqlite").state()
    assert len(state.answers) == 8
    assert set(state.attempts.values()) == {1}, "a calculation was repeated"


@pytest.mark.slow
def test_its_server_wants_a_token_and_ends_with_the_context(tmp_path: Path) -> None:
    with prefect_server(tmp_path / "home", tmp_path / "log"):
        url = os.environ["PREFECT_API_URL"]
        assert url.startswith("http://127.0.0.1:")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/admin/version")
        assert refused.value.code == 401
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{url}/health")
    assert "PREFECT_API_URL" not in os.environ


def test_a_home_that_cannot_be_used_is_an_error_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a directory should be")
    with (
        pytest.raises((ServerError, OSError)),
        prefect_server(tmp_path / "home", tmp_path / "log"),
    ):
        pass


@pytest.mark.slow
def test_a_campaign_whose_prefect_home_is_broken_goes_on(quick: Path) -> None:
    home = quick.parent / "quick"
    home.mkdir()
    (home / ".prefect").write_text("a file where a directory should be")
    zincloop = Path(sys.executable).parent / "zincloop"
    done = subprocess.run([zincloop, "run", quick], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "going on without it" in (home / "zincloop.log").read_text()
    assert Ledger(home / "ledger.sqlite").state().evaluations == 18
    shutil.rmtree(home)


@pytest.mark.slow
def test_its_records_deleted_after_a_kill_the_campaign_goes_on_from_the_ledger(quick: Path) -> None:
    home, zincloop = quick.parent / "quick", Path(sys.executable).parent / "zincloop"
    program = subprocess.Popen([zincloop, "run", quick], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(finished(home)) < 8 and time.monotonic() < deadline:
        time.sleep(0.1)
    program.kill()
    assert program.wait() == -signal.SIGKILL
    kept = finished(home)
    assert len(kept) >= 8
    assert (home / ".prefect").is_dir()
    shutil.rmtree(home / ".prefect")
    done = subprocess.run([zincloop, "run", quick], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    state = Ledger(home / "ledger.sqlite").state()
    assert state.evaluations == 18
    assert all(state.answers[key].outcome.cost == outcome.cost for key, outcome in kept.items())
