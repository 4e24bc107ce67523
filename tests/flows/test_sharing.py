"""Two campaigns that ask the same: one calculation, and both see what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from flows.assembly import assemble
from flows.campaign_file import CampaignFileError, read
from loop.campaign import State
from loop.ledger import Ledger
from loop.records import Measurement
from tests.conftest import QUICK, ROOT

NEVER = "1000000000"


def _campaign(directory: Path, name: str) -> Path:
    file = directory / f"{name}.toml"
    text = QUICK.replace('name = "quick"', f'name = "{name}"')
    file.write_text(text.replace("[limits]", '[sharing]\nfile = "shared.sqlite"\n\n[limits]'))
    return file


def _start(file: Path, tally: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.cli", "run", str(file)]
    environment = os.environ | {"ZINCLOOP_TEST_TALLY": str(tally)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def _state(file: Path) -> State:
    ledger = Ledger(file.with_suffix("") / "ledger.sqlite")
    state = ledger.state()
    ledger.close()
    return state


@pytest.mark.slow
def test_two_campaigns_side_by_side_calculate_each_question_once(plugin: Path, tmp_path: Path) -> None:
    files = [_campaign(tmp_path, name) for name in ("first", "second")]
    running = [_start(file, tmp_path / "tally") for file in files]
    assert [program.wait(300) for program in running] == [0, 0]
    calculated = Counter((tmp_path / "tally").read_text().split())
    states = [_state(file) for file in files]
    assert set(calculated.values()) == {1}, "a question was calculated twice"
    asked = [{k for k, r in s.requests.items() if r.oracle == "surface"} for s in states]
    assert asked[0] == asked[1] == set(calculated)
    taken = [a.outcome for s in states for a in s.answers.values() if "shared" in a.outcome.details]
    assert len(taken) == len(calculated)
    assert all(outcome.cost.cpu_seconds == 0 for outcome in taken)
    assert states[0].values == states[1].values
    assert not any(state.failures for state in states)


@pytest.mark.slow
def test_what_a_campaign_gave_is_there_after_it_is_gone(plugin: Path, tmp_path: Path) -> None:
    first, second = (_campaign(tmp_path, name) for name in ("first", "second"))
    assert _start(first, tmp_path / "tally").wait(300) == 0
    assert _start(second, tmp_path / "none").wait(300) == 0
    assert not (tmp_path / "none").exists()
    assert all(isinstance(a.outcome, Measurement) for a in _state(second).answers.values())


def test_a_directory_that_is_not_there_is_named(plugin: Path, tmp_path: Path) -> None:
    file = _campaign(tmp_path, "first")
    file.write_text(file.read_text().replace('"shared.sqlite"', '"nowhere/shared.sqlite"'))
    with pytest.raises(CampaignFileError, match=r"line \d+: sharing.file: there is no directory"):
        assemble(*read(file))
