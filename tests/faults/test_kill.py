"""SIGKILL at any commit: the next run ends with the same ledger and repeats no finished calculation."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from loop.ledger import Ledger
from oracles.contained.spool import read_outcome
from tests.conftest import ROOT

NEVER = 10**9


def _drive(file: Path, number: int, moment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults.driver", str(file), str(number), moment]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=300)


def _finished(home: Path) -> set[str]:
    """Requests whose calculation had left an outcome, recorded or still in its job's directory."""
    if not (home / "ledger.sqlite").exists():
        return set()
    ledger = Ledger(home / "ledger.sqlite")
    recorded = set(ledger.state().answers)
    ledger.close()
    return recorded | {d.name for d in (home / "jobs").glob("*") if read_outcome(d) is not None}


def _tally(path: Path) -> Counter[str]:
    return Counter(path.read_text().split()) if path.exists() else Counter()


@pytest.mark.slow
@pytest.mark.parametrize(("campaign", "points"), [("quick", 4), ("screening", 3)])
def test_killed_at_commits_the_ledger_comes_out_the_same(
    campaign: str,
    points: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    quick: Path = request.getfixturevalue(campaign)
    untroubled = tmp_path / "untroubled"
    untroubled.mkdir()
    (untroubled / "quick.toml").write_text(quick.read_text())
    whole = _drive(untroubled / "quick.toml", NEVER, "after")
    assert whole.returncode == 0, whole.stderr
    commits = int(whole.stdout)
    expected = Ledger(untroubled / "quick" / "ledger.sqlite").digest()
    chosen = random.Random(5).sample(range(1, commits), points)
    for point, number in enumerate(chosen):
        home = tmp_path / f"kill-{number}"
        home.mkdir()
        file = home / "quick.toml"
        file.write_text(quick.read_text())
        monkeypatch.setenv("ZINCLOOP_TEST_TALLY", str(home / "tally"))
        killed = _drive(file, number, ("before", "after")[point % 2])
        assert killed.returncode == -signal.SIGKILL
        finished, before = _finished(home / "quick"), _tally(home / "tally")
        resumed = _drive(file, NEVER, "after")
        assert resumed.returncode == 0, resumed.stderr
        after = _tally(home / "tally")
        assert {k: after[k] for k in finished} == {k: before[k] for k in finished}, (
            "a calculation was repeated"
        )
        assert Ledger(home / "quick" / "ledger.sqlite").digest() == expected


@pytest.mark.slow
def test_killed_three_times_in_a_row(quick: Path, tmp_path: Path) -> None:
    for number in (9, 14, 31):
        assert _drive(quick, number, "after").returncode == -signal.SIGKILL
    assert _drive(quick, NEVER, "after").returncode == 0
    state = Ledger(tmp_path / "quick" / "ledger.sqlite").state()
    assert state.evaluations == 18
    assert not state.pending
    assert len(state.sessions) == 4
