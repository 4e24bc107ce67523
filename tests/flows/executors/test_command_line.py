"""A campaign on a cluster as a user meets it: real processes, killed in the middle, and what they print."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows.statuses import AWAY, USER_ERROR
from loop.ledger import Ledger
from oracles.contained.spool import read_outcome
from tests.conftest import QUICK, ROOT
from tests.flows.executors.conftest import await_

ZINCLOOP = Path(sys.executable).parent / "zincloop"
BUDGET = "[budget]"
LOCAL = '[workers]\ncount = 2\n\n[workers.cluster]\nkind = "local"\n\n[budget]'


def _run(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ZINCLOOP, "run", file], capture_output=True, text=True, check=False, timeout=300, cwd=file.parent
    )


def _left(mark: str) -> list[int]:
    """Processes that live with an environment that holds ``mark``, this one and zombies left aside."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if mark in (entry / "environ").read_text(errors="replace"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def _answers(home: Path) -> set[str]:
    if not (home / "ledger.sqlite").exists():
        return set()
    ledger = Ledger(home / "ledger.sqlite")
    answered = set(ledger.state().answers)
    ledger.close()
    return answered


@pytest.mark.slow
def test_killed_in_the_middle_it_leaves_nothing_and_comes_to_the_same_ledger(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tmp_path / "plain" / "quick.toml"
    plain.parent.mkdir()
    plain.write_text(QUICK.replace(BUDGET, "[workers]\ncount = 2\n\n[budget]"))
    assert _run(plain).returncode == 0
    quick.write_text(QUICK.replace(BUDGET, LOCAL))
    home, tally = tmp_path / "quick", tmp_path / "tally"
    monkeypatch.setenv("ZINCLOOP_TEST_TALLY", str(tally))
    program = subprocess.Popen(
        [ZINCLOOP, "run", quick], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    await_(lambda: len(_answers(home)) > 8, 120)
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    await_(lambda: not _left(str(tally)), 20)
    finished = _answers(home) | {d.name for d in (home / "jobs").glob("*") if read_outcome(d) is not None}
    before = Counter(tally.read_text().split())
    done = _run(quick)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert not _left(str(tally))
    after = Counter(tally.read_text().split())
    assert {k: after[k] for k in finished} == {k: before[k] for k in finished}, "a calculation was repeated"
    ledgers = [Ledger(p / "quick" / "ledger.sqlite") for p in (plain.parent, tmp_path)]
    assert len({ledger.digest() for ledger in ledgers}) == 1
    assert "calculations run on tls://127.0.0.1" in (home / "zincloop.log").read_text()


@pytest.mark.slow
def test_a_free_place_is_filled_before_the_others_have_ended(quick: Path, tmp_path: Path) -> None:
    asynchronous = QUICK.replace(BUDGET, "[workers]\ncount = 3\nasynchronous = true\n\n[budget]").replace(
        'kind = "surface"', 'kind = "surface"\ndawdles_over = "S"'
    )
    quick.write_text(asynchronous.replace("rounds = 3", "rounds = 30"))
    done = _run(quick)
    assert done.returncode == 0, done.stderr
    ledger = Ledger(tmp_path / "quick" / "ledger.sqlite")
    state = ledger.state()
    ledger.close()
    assert state.evaluations == 18
    assert not state.pending
    asked = {p.candidate.molecule for p in state.picks}
    assert asked == {a.request.molecule for a in state.answers.values()}
    assert len(state.answers) == 36
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'quick' / 'ledger.sqlite'}")
    with engine.connect() as connection:
        kinds = [row.kind for row in connection.execute(sa.text("SELECT kind FROM events ORDER BY seq"))]
    begun, ended, most = 0, 0, 0
    for kind in kinds:
        most = max(most, begun - ended) if kind == "round" else most
        begun, ended = begun + (kind == "attempt"), ended + (kind == "answer")
    assert most > 0, "each round waited until all that was under way had ended"


@pytest.mark.slow
def test_nothing_spoils_the_display_when_a_worker_is_lost(quick: Path, tmp_path: Path) -> None:
    """In a terminal: what is printed beside the display would push it about."""
    import pty  # noqa: PLC0415 - only here

    gate = tmp_path / "gate"
    quick.write_text(
        QUICK.replace(BUDGET, LOCAL)
        .replace('kind = "surface"', f'kind = "surface"\nwaits_for = "{gate}"')
        .replace("[limits]", "[failures]\npause_seconds = 0\n\n[limits]")
        .replace("evaluations = 18", "evaluations = 6")
    )
    ours, theirs = pty.openpty()
    program = subprocess.Popen([ZINCLOOP, "run", quick], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    os.set_blocking(ours, False)

    def look() -> bool:
        nonlocal seen
        try:
            seen += os.read(ours, 1_000_000)
        except OSError:
            time.sleep(0.05)
        return program.poll() is not None

    def begun() -> list[Path]:
        look()
        return [p for p in (tmp_path / "quick" / "jobs").glob("*/pid") if p.read_text()]

    await_(lambda: len(begun()) == 2, 60)
    calculation = int(begun()[0].read_text())
    nursery = int(Path(f"/proc/{calculation}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(int(Path(f"/proc/{nursery}/stat").read_text().rpartition(")")[2].split()[1]), signal.SIGKILL)
    log = tmp_path / "quick" / "zincloop.log"
    await_(lambda: look() or "lost with its worker" in log.read_text(), 30)
    gate.touch()
    await_(look, 120)
    os.close(ours)
    assert program.returncode == 0
    text = seen.decode(errors="replace")
    for word in ("distributed", "tornado", "Traceback", "Warning", "nanny"):
        assert word not in text, text[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "sentence", "status"),
    [
        (
            'kind = "scheduler"\naddress = "tcp://127.0.0.1:9"',
            "workers.cluster: tcp://127.0.0.1:9 cannot be reached: ",
            AWAY,
        ),
        ('kind = "pbs"', "workers.cluster: no job can be submitted: ", USER_ERROR),
    ],
)
def test_a_cluster_that_is_not_there_is_one_sentence(
    quick: Path, table: str, sentence: str, status: int
) -> None:
    quick.write_text(QUICK.replace(BUDGET, LOCAL.replace('kind = "local"', table)))
    done = _run(quick)
    assert done.returncode == status
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
    state = Ledger(quick.parent / "quick" / "ledger.sqlite").state()
    assert {answer.request.oracle for answer in state.answers.values()} <= {"synthesizability"}


def test_looking_at_a_campaign_on_a_cluster_does_not_load_dask(quick: Path) -> None:
    quick.write_text(QUICK.replace(BUDGET, LOCAL))
    program = (
        "import sys; from pathlib import Path; import flows.cli\n"
        "from flows.opening import begin_or_resume, commit\n"
        f"opened = begin_or_resume(Path({str(quick)!r}), None); commit(opened); opened.ledger.close()\n"
        f"sys.argv = ['zincloop', 'status', {str(quick.parent / 'quick')!r}]\n"
        "try: flows.cli.app()\n"
        "except SystemExit as ended: print(ended.code)\n"
        "print([m for m in ('dask', 'distributed', 'dask_jobqueue') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.endswith("0\n[]\n")


def test_validate_says_where_calculations_run_and_what_does_not_fit(quick: Path) -> None:
    jobs = '"slurm"\nqueue = "long"\nat_once = 4\nwalltime = "00:30:00"'
    table = LOCAL.replace('"local"', jobs).replace("count = 2", "count = 9")
    quick.write_text(QUICK.replace(BUDGET, table))
    done = subprocess.run([ZINCLOOP, "validate", quick], capture_output=True, text=True, check=True)
    told = " ".join(done.stdout.split())
    assert "on at most 3 jobs of SLURM in queue long, 4 at once in each, 00:30:00 long" in told
    assert "warning: surface: a deadline of 60 minutes is longer than the walltime of the jobs" in told
