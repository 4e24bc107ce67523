"""The command that runs every benchmark names only commands that are there."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from benchmarks.decisions import DATA, ROWS
from tests.conftest import ROOT


@pytest.mark.slow
def test_every_row_is_a_module_with_these_arguments() -> None:
    for _, (module, *words) in ROWS.values():
        assert find_spec(module) is not None
        command = [sys.executable, "-m", module, *(w for w in words if w != DATA), "--help"]
        shown = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
        assert shown.returncode == 0, shown.stderr
        for word in words:
            assert word == DATA or not word.startswith("--") or word in shown.stdout


def test_the_list_shows_what_would_run() -> None:
    command = [sys.executable, "-m", "benchmarks.decisions", "somewhere", "--list", "--only", "simulator"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=120).stdout
    assert "$ OMP_NUM_THREADS=1 python -m benchmarks.simulator somewhere" in shown
    assert "efficiency" not in shown
