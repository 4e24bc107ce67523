"""A clock that is an hour off, or set back between two runs, makes no duplicate and changes no fact."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from loop.ledger import Ledger
from tests.faults.killing import NEVER, digest, drive, finished, tally

SHIFT = """
import os, time
_now, _off = time.time, float(os.environ["ZINCLOOP_TEST_SHIFT"])
time.time = lambda: _now() + _off
time.time_ns = lambda: int((_now() + _off) * 1e9)
"""
"""What Python runs first in the program and in everything it starts."""


@pytest.fixture
def shifted(tmp_path: Path, plugin: Path) -> Mapping[str, str]:
    """Environment in which ``ZINCLOOP_TEST_SHIFT`` says by how many seconds the clock is wrong."""
    (tmp_path / "shift").mkdir()
    (tmp_path / "shift" / "sitecustomize.py").write_text(SHIFT)
    path = f"{tmp_path / 'shift'}{os.pathsep}{os.environ['PYTHONPATH']}"
    return os.environ | {"PYTHONPATH": path, "ZINCLOOP_TEST_TALLY": str(tmp_path / "tally")}


@pytest.mark.slow
def test_an_hour_off_and_back_again_the_ledger_comes_out_the_same(
    quick: Path, shifted: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "right").mkdir()
    right = tmp_path / "right" / "quick.toml"
    right.write_text(quick.read_text())
    third = int(drive(right).stdout) // 3
    for shift, kill in ((3600, third), (-3600, third), (7200, NEVER)):
        # One that a kill caught before its outcome was written is calculated again, and may be.
        done, before = finished(tmp_path / "quick"), tally(tmp_path / "tally")
        told = drive(quick, kill, "after", {**shifted, "ZINCLOOP_TEST_SHIFT": str(shift)})
        assert told.returncode == (0 if kill == NEVER else -signal.SIGKILL), told.stderr
        after = tally(tmp_path / "tally")
        assert all(after[key] == before[key] for key in done), "a calculation was repeated"
    ledger = Ledger(tmp_path / "quick" / "ledger.sqlite")
    times = [event.at for event in ledger.history()]
    assert times != sorted(times), "the clock did not go back"
    assert ledger.state().wall_seconds < 3 * 3600
    ledger.close()
    assert digest(tmp_path / "quick") == digest(right.parent / "quick")
