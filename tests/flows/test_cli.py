"""The command line as a user meets it: a real process, its exit status and what it prints."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from rdkit import Chem

from loop.ledger import Ledger
from tests.conftest import ROOT

COMMANDS = (
    "init",
    "validate",
    "run",
    "status",
    "propose",
    "protocols",
    "report",
    "export",
    "simulate",
    "generator",
    "backtest",
    "lab",
    "repair",
    "doctor",
    "validate-oracles",
    "deploy",
)
ZINCLOOP = Path(sys.executable).parent / "zincloop"


def _zincloop(*arguments: str | Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    command = [str(ZINCLOOP), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    program = (
        "import sys; sys.argv=['zincloop','--help'];\n"
        "import flows.cli\n"
        "try: flows.cli.app()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('torch','rdkit','pyscf','prefect','pandas','plotly') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip().endswith("[]")
    for command in COMMANDS:
        assert command in done.stdout


def test_describing_a_campaign_loads_neither_pytorch_nor_quantum_chemistry(tmp_path: Path) -> None:
    assert _zincloop("init", tmp_path / "c.toml").returncode == 0
    program = (
        "import sys; from pathlib import Path; from flows.assembly import assemble;"
        "from flows.campaign_file import read; from flows.views import describe;"
        f"describe(assemble(*read(Path({str(tmp_path / 'c.toml')!r}))));"
        "print([m for m in ('torch','botorch','pyscf','ase','prefect','pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    done = _zincloop(command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize("command", ["requests", "import", "watch", "serve"])
def test_every_command_of_the_laboratory_explains_itself(command: str) -> None:
    done = _zincloop("lab", command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_init_never_overwrites(tmp_path: Path) -> None:
    assert _zincloop("init", tmp_path / "c.toml").returncode == 0
    before = (tmp_path / "c.toml").read_text()
    done = _zincloop("init", tmp_path / "c.toml")
    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert (tmp_path / "c.toml").read_text() == before


def test_a_mistake_costs_nothing_and_leaves_nothing(quick: Path) -> None:
    quick.write_text(quick.read_text().replace("seed = 11", "sead = 11"))
    done = _zincloop("run", quick)
    assert done.returncode == 2
    assert "did you mean 'seed'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(p.name for p in quick.parent.iterdir()) == ["quick.toml"]


@pytest.mark.parametrize("command", ["status", "report", "export", "backtest"])
def test_looking_at_nothing_says_so(quick: Path, command: str) -> None:
    done = _zincloop(command, quick)
    assert done.returncode == 2
    assert "no campaign was begun here" in done.stderr


def test_propose_records_nothing(quick: Path) -> None:
    done = _zincloop("propose", quick)
    assert done.returncode == 0, done.stderr
    assert "round 0" in done.stdout
    assert not (quick.parent / "quick").exists()


@pytest.mark.slow
def test_a_campaign_from_file_to_export(quick: Path) -> None:
    """Real Prefect, real SQLite, child processes; only the chemistry is cheap."""
    assert _zincloop("validate", quick).returncode == 0
    done = _zincloop("run", quick)
    assert done.returncode == 0, done.stderr
    assert "budget spent" in done.stdout
    assert "round 3:" in done.stdout
    home = quick.parent / "quick"
    state = Ledger(home / "ledger.sqlite").state()
    assert state.evaluations == 18
    assert len(state.answers) == 36
    assert not state.failures
    assert not list((home / "jobs").glob("*/outcome.json")), "an outcome was left unrecorded"
    _looked_at_by_prefect(home)
    assert "budget spent" in _zincloop("status", home).stdout
    _exported(home)
    page = (home / "report.html").read_text()
    for needed in ("Pareto front", "hypervolume", "Provenance", "rdkit-surface", "<svg"):
        assert needed in page
    assert "http://" not in page.split("</script>")[-1].replace("http://www.w3.org", "")
    again = _zincloop("run", home)
    assert again.returncode == 0
    assert Ledger(home / "ledger.sqlite").state().evaluations == 18


def _looked_at_by_prefect(home: Path) -> None:
    with sqlite3.connect(home / ".prefect" / "prefect.db") as connection:
        flows = [r[0] for r in connection.execute("SELECT name FROM flow_run WHERE state_type = 'COMPLETED'")]
        tasks = [r[0] for r in connection.execute("SELECT name FROM task_run WHERE state_type = 'COMPLETED'")]
    assert sorted(flows) == [f"quick round {k}" for k in range(4)]
    # What is exact is computed at once, and is nothing to look at.
    assert [name.startswith("surface ") for name in tasks] == [True] * 18


def _exported(home: Path) -> None:
    assert _zincloop("export", home).returncode == 0
    molecules = pd.read_csv(home / "export" / "molecules.csv")
    assert len(molecules) == 18
    assert molecules["tpsa"].notna().all()
    answers = pd.read_csv(home / "export" / "answers.csv")
    assert set(answers["unit"]) == {"angstrom^2", "cm^3/mol", "1"}
    structures = list(Chem.SDMolSupplier(str(home / "export" / "molecules.sdf")))
    assert len(structures) == 18
    assert structures[0].GetDoubleProp("tpsa") >= 0


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_cleanly_and_the_same_command_goes_on(quick: Path, number: signal.Signals) -> None:
    home = quick.parent / "quick"
    process = subprocess.Popen([str(ZINCLOOP), "run", str(quick)], stdout=subprocess.PIPE, text=True)
    _wait_for_answers(home, 4)
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "go on with: zincloop run" in output
    assert _zincloop("run", quick).returncode == 0
    assert Ledger(home / "ledger.sqlite").state().evaluations == 18


@pytest.mark.slow
@pytest.mark.parametrize(
    ("heeded", "status", "reason"),
    [
        (signal.SIG_DFL, 128 + signal.SIGHUP, "stopped by a signal"),
        (signal.SIG_IGN, 0, "budget spent: 18 of 18 evaluations"),
    ],
    ids=["heeded", "ignored as by nohup"],
)
def test_a_closed_terminal_stops_cleanly_unless_that_is_ignored(
    quick: Path, tmp_path: Path, heeded: signal.Handlers, status: int, reason: str
) -> None:
    home, scratch = tmp_path / "quick", tmp_path / "scratch"
    scratch.mkdir()
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGHUP, heeded)
        own = os.environ | {"TMPDIR": str(scratch)}
        os.execve(ZINCLOOP, [str(ZINCLOOP), "run", str(quick)], own)  # noqa: S606 - no shell
    while not _answered(home, 4):
        if select.select([terminal], [], [], 0.1)[0]:
            os.read(terminal, 1_000_000)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == status
    assert Ledger(home / "ledger.sqlite").history()[-1].data == {"reason": reason}
    assert not list(scratch.glob("zincloop-*.log")), "no fault of its own"


@pytest.mark.slow
def test_who_looks_on_may_leave(quick: Path) -> None:
    process = subprocess.Popen([str(ZINCLOOP), "run", str(quick)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.wait(120)
    assert Ledger(quick.parent / "quick" / "ledger.sqlite").state().evaluations == 18


def _answered(home: Path, count: int) -> bool:
    ledger = home / "ledger.sqlite"
    return ledger.exists() and len(Ledger(ledger).state().answers) >= count


def _wait_for_answers(home: Path, count: int) -> None:
    for _ in range(1200):
        if _answered(home, count):
            return
        time.sleep(0.1)
    raise AssertionError("the campaign did not get going")


@pytest.mark.slow
def test_the_directory_keeps_to_its_campaign(quick: Path) -> None:
    home = quick.parent / "quick"
    text = quick.read_text().replace("evaluations = 18", "evaluations = 6")
    quick.write_text(text)
    assert _zincloop("run", quick).returncode == 0
    quick.write_text(text.replace("reference = 20.0", "reference = 25.0"))
    changed = _zincloop("run", quick)
    assert changed.returncode == 2
    assert "objectives[1].reference' (20.0 to 25.0) changed" in changed.stderr
    quick.write_text(text.replace("seed = 11", "seed = 12"))
    other = _zincloop("run", quick, "--directory", home)
    assert other.returncode == 2
    assert "belongs to another campaign" in other.stderr
    quick.write_text(text.replace("evaluations = 6", "evaluations = 8"))
    assert _zincloop("run", quick).returncode == 0
    assert Ledger(home / "ledger.sqlite").state().evaluations == 8
    assert json.loads((home / "resolved.json").read_text())["budget"]["evaluations"] == 8


@pytest.mark.slow
def test_one_program_at_a_time(quick: Path) -> None:
    first = subprocess.Popen([str(ZINCLOOP), "run", str(quick)], stdout=subprocess.DEVNULL)
    try:
        _wait_for_answers(quick.parent / "quick", 1)
        second = _zincloop("run", quick)
        assert second.returncode == 2
        assert f"process {first.pid}" in second.stderr
    finally:
        os.kill(first.pid, signal.SIGTERM)
        first.wait()
