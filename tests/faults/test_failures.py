"""What fails is tried again, given up, or pauses the campaign; always with its reason, never for ever."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from loop.campaign import State
from loop.ledger import Ledger
from loop.records import Failure, FailureKind
from tests.conftest import ROOT

ZINCLOOP = Path(sys.executable).parent / "zincloop"
NEVER = "1000000000"


def _with(quick: Path, settings: str, failures: str = "pause_seconds = 0") -> Path:
    text = quick.read_text().replace('kind = "surface"', f'kind = "surface"\n{settings}')
    quick.write_text(text.replace("[limits]", f"[failures]\n{failures}\n\n[limits]"))
    return quick


def _drive(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults.driver", str(file), NEVER, "after"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=300)


def _state(file: Path) -> State:
    ledger = Ledger(file.parent / "quick" / "ledger.sqlite")
    state = ledger.state()
    ledger.close()
    return state


@pytest.mark.slow
def test_what_was_away_for_a_moment_is_tried_again(quick: Path) -> None:
    done = _drive(_with(quick, 'first_fails_with = "N"'))
    assert done.returncode == 0, done.stderr
    state = _state(quick)
    assert state.setbacks
    assert not state.failures
    assert {state.attempts[s.request.key] for s in state.setbacks} == {2}
    assert all(isinstance(s.outcome, Failure) and s.outcome.cost.cpu_seconds > 0 for s in state.setbacks)
    assert all("N" in str(s.request.molecule).upper() for s in state.setbacks)


@pytest.mark.slow
def test_a_molecule_that_kills_the_program_is_given_up_and_its_neighbours_are_not(quick: Path) -> None:
    _with(quick, 'kills_program_with = "S"', "pause_seconds = 0\ndeaths = 3")
    died = 0
    while (done := _drive(quick)).returncode == -signal.SIGKILL:
        died += 1
        assert died <= 30
    assert done.returncode == 0, done.stderr
    state = _state(quick)
    poison = {r.key for r in state.requests.values() if r.oracle == "surface" and "S" in str(r.molecule)}
    assert poison
    given_up = {a.request.key for a in state.failures}
    assert given_up == poison, "an innocent neighbour was given up, or poison was measured"
    assert all(isinstance(a.outcome, Failure) for a in state.failures)
    assert {a.outcome.kind for a in state.failures if isinstance(a.outcome, Failure)} == {FailureKind.UNKNOWN}
    assert all("the program died 3 times" in a.outcome.reason for a in state.failures)  # type: ignore[union-attr]
    assert state.evaluations == 18


@pytest.mark.slow
def test_an_oracle_that_keeps_failing_pauses_the_campaign_until_it_is_mended(quick: Path) -> None:
    away = quick.parent / "away"
    away.touch()
    _with(quick, f'breaks_while = "{away}"').write_text(
        quick.read_text().replace("[limits]", "[stop]\nfailures_in_a_row = 5\n\n[limits]")
    )
    home = quick.parent / "quick"
    paused = subprocess.run(
        [ZINCLOOP, "run", quick], capture_output=True, text=True, check=False, timeout=300
    )
    assert paused.returncode == 3, paused.stderr
    assert re.search(r"failed [56] times in a row, last because the licence server is away", paused.stdout)
    assert _state(quick).closed is None
    told = subprocess.run([ZINCLOOP, "status", home], capture_output=True, text=True, check=False, timeout=60)
    assert "paused, because the oracle surface failed" in told.stdout
    assert not [a for a in _state(quick).failures if a.request.oracle == "surface"]
    away.unlink()
    done = subprocess.run([ZINCLOOP, "run", home], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    state = _state(quick)
    assert state.evaluations == 18
    assert not state.failures
