"""``zincloop validate-oracles`` as a user meets it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.validating.choosing import chosen
from flows.validating.validating import Plan
from flows.validating.views import in_words, line, seconds_left
from loop.protocols import PartError
from oracles.validation import coupled_cluster, ranks
from oracles.validation.check import judge
from oracles.validation.groups import GROUPS
from tests.conftest import ROOT

COMMAND = (sys.executable, "-m", "flows.cli", "validate-oracles")


def test_an_unknown_group_is_named_with_the_nearest() -> None:
    with pytest.raises(PartError, match=r"there is no group 'qm8' of checks; did you mean 'qm9'\?"):
        chosen("qm8")
    done = subprocess.run([*COMMAND, "--only", "papers"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "there is no group 'papers' of checks; did you mean 'paper'?\n"


def test_the_help_names_every_group() -> None:
    told = CliRunner().invoke(app, ["validate-oracles", "--help"], env={"COLUMNS": "80"}).output
    for group in GROUPS:
        assert group.name in told


def test_a_drifted_value_is_marked_and_is_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(coupled_cluster.SHIFTS, "ammonia", 9.0)
    found = CliRunner().invoke(app, ["validate-oracles", "--only", "coupled-cluster"])
    assert found.exit_code == 1
    lines = found.output.splitlines()
    assert next(text for text in lines if "Zn2+-NH3" in text).startswith("drifted ")
    assert next(text for text in lines if "Zn2+-OH2" in text).startswith("ok ")
    assert any(text.startswith("what a drift means: ") for text in lines)
    assert "2 checks, 1 drifted, 0 failed" in lines
    assert any("pyscf " in text and "tblite " in text for text in lines)


def test_the_shipped_table_of_known_additives_holds_and_is_told() -> None:
    within = [judge(check, {}) for check in ranks.checks(False) if not check.needs]
    told = [line(verdict) for verdict in within]
    assert len(told) == 1 + len(ranks.FLOORS)
    assert re.match(r"ok      known additives, all measured: \d+, reference 60 >= 60 ", told[0])
    assert all(text.startswith("ok ") for text in told)


def test_an_interrupt_ends_it_with_its_calculations() -> None:
    process = subprocess.Popen([*COMMAND, "--only", "paper", "--full"], stdout=subprocess.DEVNULL, cwd=ROOT)
    until = time.monotonic() + 60
    while not (calculations := _children(process.pid)) and time.monotonic() < until:
        time.sleep(0.1)
    assert calculations
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert not any(_alive(pid) for pid in calculations)


def _children(parent: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True)  # noqa: PLW1510
    return [int(pid) for pid in found.stdout.split()]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_estimate_follows_the_pace() -> None:
    plan = Plan.of(GROUPS, True)
    half = [c for k, c in enumerate(plan.calculations) if k % 2]
    left = sum(c.expected_cpu_seconds for c in half)
    done = plan.expected_cpu_seconds - left
    assert seconds_left(plan, plan.calculations, 0.0, 2) == plan.expected_cpu_seconds / 2
    assert seconds_left(plan, half, 3 * done, 2) == pytest.approx(3 * left)
    assert [in_words(s) for s in (-5.0, 59.0, 61.0, 240.0)] == [
        "less than a minute left",
        "less than a minute left",
        "about 1 min left",
        "about 4 min left",
    ]


@pytest.mark.slow
def test_the_numbers_of_qm9_come_out() -> None:
    done = subprocess.run(
        [*COMMAND, "--only", "qm9"], capture_output=True, text=True, check=False, cwd=ROOT, timeout=600
    )
    assert done.returncode == 0, done.stdout
    assert "24 checks, nothing drifted" in done.stdout
