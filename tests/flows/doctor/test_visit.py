"""``zincloop doctor`` as a user meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flows.doctor.calculation import answers
from flows.doctor.finding import Grade
from flows.doctor.visit import admit, visit
from flows.opening import Opened
from tests.conftest import ROOT
from tests.flows.doctor.conftest import grades


def _doctor(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows.cli", "doctor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_a_running_campaign_is_well_and_stays_as_it_is(waiting: Opened) -> None:
    before = waiting.ledger.digest(), sorted(p.name for p in waiting.store.directory.iterdir())
    done = _doctor("--quick", waiting.store.directory)
    assert done.returncode == 0, done.stdout
    assert "nothing in trouble" in done.stdout
    for about in ("packages", "disk space", "ledger", "backup", "clock", "laboratory"):
        assert f"ok      {about}: " in done.stdout
    assert "oracle surface" not in done.stdout
    assert (waiting.ledger.digest(), sorted(p.name for p in waiting.store.directory.iterdir())) == before


def test_what_is_wrong_with_a_file_is_trouble(quick: Path) -> None:
    quick.write_text(quick.read_text().replace("seed = 11", "sead = 11"))
    done = _doctor("--quick", quick)
    assert done.returncode == 1
    assert "did you mean 'seed'?" in done.stdout
    assert not (quick.parent / "quick").exists()


def test_a_damaged_ledger_is_trouble_with_the_way_back(waiting: Opened) -> None:
    waiting.ledger.close()
    waiting.store.ledger.write_bytes(b"\xa5" * 50_000)
    found = admit(waiting.store.directory, None).told
    assert [f.grade for f in found] == [Grade.TROUBLE]
    assert "zincloop repair" in found[0].advice


def test_a_file_that_was_changed_under_its_campaign(laboratory: Path, waiting: Opened) -> None:
    laboratory.write_text(laboratory.read_text().replace("reference = 90.0", "reference = 91.0"))
    found = admit(laboratory, None).told
    assert grades(found)["campaign"] is Grade.TROUBLE
    assert "'objectives[2].reference' (90.0 to 91.0) changed" in found[-1].seen


def test_there_is_no_such_campaign(tmp_path: Path) -> None:
    for nothing in (tmp_path, tmp_path / "nothing.toml"):
        found = list(visit(nothing, None, print, quick=True))
        assert grades(found)["campaign" if nothing == tmp_path else "campaign file"] is Grade.TROUBLE


def test_oracles_are_asked_and_leave_nothing(waiting: Opened) -> None:
    told: list[str] = []
    found = list(answers(waiting.assembled, waiting.store.jobs, told.append))
    assert grades(found) == {"oracle surface": Grade.OK, "oracle synthesizability": Grade.OK}
    assert found[0].seen.startswith("methanol: tpsa 20.230 angstrom^2, refractivity ")
    assert told[0].startswith("oracle surface calculates methanol: about ")
    assert not list(waiting.store.jobs.glob("doctor-*"))


def test_an_oracle_that_fails_is_trouble(quick: Path) -> None:
    failing = quick.read_text().replace('kind = "surface"', 'kind = "surface"\nstumbles_over = "O"')
    quick.write_text(failing)
    patient = admit(quick, None)
    assert patient.assembled is not None
    found = next(answers(patient.assembled, quick.parent / "jobs", print))
    assert found.grade is Grade.TROUBLE
    assert "nothing converges with O" in found.seen


@pytest.mark.slow
def test_prefect_comes_up_or_a_wrong_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "doctor"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout
    assert "ok      Prefect: a private server, up after " in done.stdout
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    done = _doctor()
    assert done.returncode == 0, "a campaign goes on without Prefect"
    assert "PREFECT_API_URL=http://127.0.0.1:9/api does not answer" in done.stdout
