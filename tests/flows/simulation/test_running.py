"""``zincloop simulate`` as a user meets it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.flows.simulation.conftest import FILE

TIMES = ["fit_seconds", "proposal_seconds"]
ZINCLOOP = Path(sys.executable).parent / "zincloop"

pytestmark = pytest.mark.slow


def _simulate(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(ZINCLOOP), "simulate", str(path), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_from_three_lines_to_a_recommendation(simulation: Path) -> None:
    done = _simulate(simulation)
    assert done.returncode == 0, done.stderr
    assert "UCB" in done.stdout
    home = simulation.parent / "sim-simulation"
    results = pd.read_csv(home / "results.csv")
    assert set(zip(results["scenario"], results["seed"], strict=True)) == {
        (name, seed) for name in ("random", "UCB") for seed in (0, 1)
    }
    page = (home / "report.html").read_text()
    assert "120 labelled molecules" in page
    assert "share of the pool" in page

    kept = {p.name: p.stat().st_mtime_ns for p in (home / "runs").iterdir()}
    simulation.write_text(FILE.replace("seeds = 2", "seeds = 3"))
    assert _simulate(simulation).returncode == 0
    now = {p.name: p.stat().st_mtime_ns for p in (home / "runs").iterdir()}
    assert len(now) == 6
    assert {name: now[name] for name in kept} == kept, "what was done is not done again"

    simulation.write_text(FILE.replace("initial = 8", "initial = 9"))
    other = _simulate(simulation)
    assert other.returncode == 2
    assert "holds results of another simulation" in other.stderr


def test_ctrl_c_keeps_what_is_done_and_leaves_no_process(simulation: Path) -> None:
    simulation.write_text(FILE.replace("seeds = 2", "seeds = 100"))
    runs = simulation.parent / "sim-simulation" / "runs"
    # What runs in the background of a shell is deaf to Ctrl-C, and so is what it starts; a person is heard.
    hearing = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    hearing += "os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", hearing, str(ZINCLOOP), "simulate", str(simulation)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (runs.is_dir() and any(runs.iterdir())):
        assert process.poll() is None
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "simulations are kept, the same command goes on" in said
    assert "Traceback" not in said
    deadline = time.monotonic() + 20
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.1)


def test_a_killed_simulation_goes_on_to_the_same_rows(simulation: Path) -> None:
    text = FILE.replace('name = "UCB"', 'name = "UCB"\nasynchronous = true\nlateness = 1.0')
    simulation.write_text("places = 3\n" + text.replace("seeds = 2", "seeds = 8"))
    whole, killed = simulation.parent / "whole", simulation.parent / "killed"
    assert _simulate(simulation, "-d", str(whole)).returncode == 0
    process = subprocess.Popen([str(ZINCLOOP), "simulate", str(simulation), "-d", str(killed)])
    while not (killed / "runs").is_dir() or len(list((killed / "runs").iterdir())) < 2:
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert not (killed / "results.csv").exists()
    assert _simulate(simulation, "-d", str(killed)).returncode == 0
    one, two = (pd.read_csv(home / "results.csv").drop(columns=TIMES) for home in (whole, killed))
    pd.testing.assert_frame_equal(one, two)


def test_a_mistake_leaves_nothing(simulation: Path) -> None:
    simulation.write_text(FILE.replace("seeds = 2", "seeds = none"))
    done = _simulate(simulation)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert sorted(p.name for p in simulation.parent.iterdir()) == ["sim.toml", "table.csv"]
