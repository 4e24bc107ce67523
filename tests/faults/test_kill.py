"""SIGKILL at any commit: the next run ends with the same ledger and repeats no finished calculation."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from loop.ledger import Ledger
from tests.faults.killing import digest, drive, finished, tally


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
    whole = drive(untroubled / "quick.toml")
    assert whole.returncode == 0, whole.stderr
    commits = int(whole.stdout)
    expected = digest(untroubled / "quick")
    chosen = random.Random(5).sample(range(1, commits), points)
    for point, number in enumerate(chosen):
        home = tmp_path / f"kill-{number}"
        home.mkdir()
        file = home / "quick.toml"
        file.write_text(quick.read_text())
        monkeypatch.setenv("ZINCLOOP_TEST_TALLY", str(home / "tally"))
        killed = drive(file, number, ("before", "after")[point % 2])
        assert killed.returncode == -signal.SIGKILL
        done, before = set(finished(home / "quick")), tally(home / "tally")
        resumed = drive(file)
        assert resumed.returncode == 0, resumed.stderr
        after = tally(home / "tally")
        assert {k: after[k] for k in done} == {k: before[k] for k in done}, "a calculation was repeated"
        assert digest(home / "quick") == expected


@pytest.mark.slow
def test_killed_three_times_in_a_row(quick: Path, tmp_path: Path) -> None:
    for number in (9, 14, 31):
        assert drive(quick, number, "after").returncode == -signal.SIGKILL
    assert drive(quick).returncode == 0
    state = Ledger(tmp_path / "quick" / "ledger.sqlite").state()
    assert state.evaluations == 18
    assert not state.pending
    assert len(state.sessions) == 4
