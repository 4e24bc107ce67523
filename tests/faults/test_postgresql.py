"""A campaign on a server through kills, a second controller, and a server that goes away."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.laboratory.asking import open_requests, to_fill_in
from flows.laboratory.taking import take
from flows.opening import existing
from flows.statuses import AWAY
from loop.campaign import State
from loop.ledger import Ledger
from loop.ledger.address import address
from loop.ledger.reaching import PATIENCE_SECONDS
from tests.conftest import ROOT, Server
from tests.faults.killing import drive, tally

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "flows.cli", "run"]


def _on(server: Server, file: Path, name: str) -> str:
    """Put the campaign of a file on a server, under a name of its own; returns its ledger's URL."""
    text = file.read_text().replace('name = "quick"', f'name = "{name}"')
    file.write_text(f'{text}\n[ledger]\nurl = "{server.url}"\n')
    return address(server.url, name)


def _state(url: str) -> State:
    ledger = Ledger(url)
    state = ledger.state()
    ledger.close()
    return state


def _digest(place: Path | str) -> str:
    ledger = Ledger(place)
    digest = ledger.digest()
    ledger.close()
    return digest


def _under_way(url: str, process: subprocess.Popen[str]) -> None:
    """Wait until a calculation has failed and rests before it is tried again."""
    for _ in range(600):
        if _state(url).setbacks:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.2)
    raise AssertionError("the campaign did not get going")


def _start(file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )


def test_killed_at_commits_and_cut_off_from_its_server_it_comes_out_as_in_a_file(
    quick: Path, tmp_path: Path, own_server: Server
) -> None:
    quick.write_text(quick.read_text().replace("evaluations = 18", "evaluations = 10"))
    whole = drive(quick)
    assert whole.returncode == 0, whole.stderr
    expected = _digest(tmp_path / "quick" / "ledger.sqlite")

    home = tmp_path / "killed"
    home.mkdir()
    file, away = Path(shutil.copy(quick, home)), home / "away"
    file.write_text(
        file.read_text().replace('kind = "surface"', f'kind = "surface"\nbreaks_while = "{away}"')
        + "\n[failures]\npause_seconds = 60\n"
    )
    url = _on(own_server, file, "killed")
    chosen = [1, *sorted(random.Random(7).sample(range(2, int(whole.stdout) // 2), 2))]
    for point, number in enumerate(chosen):
        killed = drive(file, number, ("before", "after")[point % 2])
        assert killed.returncode == -signal.SIGKILL, killed.stderr

    # From here on the real command line, with Prefect; what it calculates does not come to an end.
    away.touch()
    first = _start(file)
    _under_way(url, first)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    second = subprocess.run(
        [*COMMAND, shutil.copy(file, elsewhere)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert second.returncode == 2
    assert f"process {first.pid}) works on this campaign; wait for it or stop it" in second.stderr
    own_server.stop()
    _, told = first.communicate(timeout=240)
    assert first.returncode == AWAY
    assert told.startswith("the ledger killed on postgresql://")
    assert "cannot be used" in told
    assert told.count("\n") == 1, "one sentence"
    own_server.start()
    assert len(_state(url).answers) < 20
    away.unlink()
    file.write_text(file.read_text().replace("pause_seconds = 60", "pause_seconds = 0"))
    done = subprocess.run([*COMMAND, file], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert _digest(url) == expected
    assert _digest(home / "killed" / "ledger.backup.sqlite") == expected
    assert not (home / "killed" / "ledger.sqlite").exists()


def test_what_is_calculated_while_its_server_is_away_is_neither_killed_nor_given_up(
    quick: Path, tmp_path: Path, own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice away for longer than it is waited for: first until calculations have ended, then not so long."""
    gate, made, home = tmp_path / "gate", tmp_path / "tally", tmp_path / "outage"
    monkeypatch.setenv("ZINCLOOP_TEST_TALLY", str(made))
    text = quick.read_text().replace("evaluations = 18", "evaluations = 6")
    text = text.replace('kind = "surface"', f'kind = "surface"\nwaits_for = "{gate}"')
    quick.write_text(text + "\n[failures]\ndeaths = 1\n")
    url = _on(own_server, quick, "outage")

    first = _start(quick)
    _calculating(home, first)
    own_server.stop()
    time.sleep(PATIENCE_SECONDS + 5)
    assert first.poll() is None, first.communicate()
    gate.touch()
    _, told = first.communicate(timeout=120)
    assert (first.returncode, told.count("\n")) == (AWAY, 1), told
    assert sum(tally(made).values()) == 2

    own_server.start()
    gate.unlink()
    second = _start(quick)
    _calculating(home, second)
    own_server.stop()
    time.sleep(PATIENCE_SECONDS + 5)
    own_server.start()
    gate.touch()
    _, told = second.communicate(timeout=120)
    assert second.returncode == 0, told
    state = _state(url)
    assert not state.failures
    assert set(tally(made).values()) == {1}, "what had ended is calculated no second time"


def _calculating(home: Path, process: subprocess.Popen[str]) -> None:
    """Wait until two calculations are under way."""
    for _ in range(600):
        pids = [p.read_text() for p in (home / "jobs").glob("*/pid")]
        if sum(pid != "" and Path(f"/proc/{pid}").exists() for pid in pids) == 2:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("nothing is calculated")


def test_a_campaign_waits_for_a_laboratory_on_another_machine(
    laboratory: Path, tmp_path: Path, server: Server
) -> None:
    url = _on(server, laboratory, "lab")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    copy = Path(shutil.copy(laboratory, elsewhere))
    process = _start(laboratory)
    try:
        assert _asleep(process) < 60, "MB"
        opened = existing(copy)
        state = opened.ledger.state()
        table = to_fill_in(open_requests(opened, state), state)
        table["value"] = [f"{90 + len(s) / 10:.1f}" for s in table["smiles"]]
        table.to_csv(elsewhere / "cells.csv", index=False)
        take(opened, elsewhere / "cells.csv")
        opened.ledger.close()
        for _ in range(600):
            if len(_state(url).rounds) == 2:
                break
            time.sleep(0.2)
        assert len(_state(url).rounds) == 2, "it went on by itself"
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.communicate()


def _asleep(process: subprocess.Popen[str]) -> float:
    """Wait until the program sleeps, and say how large it is then, MB."""
    for _ in range(600):
        assert process.poll() is None, process.communicate()
        if b"flows.waiting" in Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0"):
            time.sleep(1.0)
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        time.sleep(0.2)
    raise AssertionError("it does not sleep")
