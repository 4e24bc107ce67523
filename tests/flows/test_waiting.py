"""A campaign that only waits is a small process, and goes on by itself when there is news."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from flows.evaluating import PlainRounds
from flows.laboratory.asking import open_requests, to_fill_in
from flows.laboratory.taking import take
from flows.opening import Opened, existing
from flows.status import show_status
from flows.views import show_proposal
from flows.waiting import LOOK_SECONDS, wait
from loop.molecule import parse
from loop.readings import Reading
from tests.conftest import conducting
from tests.flows.laboratory.conftest import serving


def _answer(opened: Opened, file: Path) -> int:
    """Fill in everything that is asked; returns how many rows that were."""
    state = opened.ledger.state()
    table = to_fill_in(open_requests(opened, state), state)
    table["value"] = [f"{90 + len(s) / 10:.1f}" for s in table["smiles"]]
    table.to_csv(file, index=False)
    return len(take(opened, file).intake.news)


def test_news_wakes_and_nothing_else(waiting: Opened) -> None:
    woken = threading.Event()
    thread = threading.Thread(target=lambda: (wait(waiting.store.ledger, None), woken.set()))  # type: ignore[func-returns-value]
    thread.start()
    waiting.ledger.claim(waiting.ledger.state().pending[0].key, "Ada")
    assert not woken.wait(1.2 * LOOK_SECONDS), "who does it is no news to a campaign"
    waiting.ledger.report([Reading(parse("CCCO"), "ce", "1", 95.0, "%")])
    assert woken.wait(10.0)
    thread.join()


def test_a_date_that_has_come_wakes(waiting: Opened) -> None:
    started = time.monotonic()
    wait(waiting.store.ledger, time.time() - 1)
    assert time.monotonic() - started < 1.0


def test_status_says_who_is_waited_for(waiting: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    show_status(waiting)
    told = " ".join(capsys.readouterr().out.split())
    assert "the laboratory has 6 molecules" in told
    assert "meanwhile: wait" in told


def test_no_second_design_is_proposed_meanwhile(waiting: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    show_proposal(waiting.assembled, waiting.ledger.state())
    assert "6 molecules are asked for; too little is known yet" in capsys.readouterr().out


def test_what_comes_while_a_session_ends_is_not_slept_through(waiting: Opened, tmp_path: Path) -> None:
    conductor = conducting(waiting)
    end, told = waiting.ledger.end_session, list[int]()

    def late(reason: str) -> None:
        if not told:
            told.append(_answer(waiting, tmp_path / "late.csv"))
        end(reason)

    waiting.ledger.end_session = late  # type: ignore[method-assign]
    conductor.conduct(lambda: PlainRounds(conductor.evaluator))
    assert told == [18]
    assert len(waiting.ledger.state().rounds) == 2, "the next round was opened"
    assert conductor.waiting is not None


@pytest.mark.slow
def test_a_campaign_that_waits_goes_on_when_readings_are_posted(waiting: Opened, tmp_path: Path) -> None:
    home = waiting.store.directory
    command = [sys.executable, "-m", "flows.cli", "run", str(home)]
    with (tmp_path / "log.txt").open("ab") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        assert _asleep(child) is not None
        with serving(home) as server:
            asked = server.client.get("/requests").json()["requests"]
            server.client.put(f"/requests/{asked[0]['id']}/claim", json={"by": "Ada"}).raise_for_status()
            time.sleep(2 * LOOK_SECONDS)
            assert _asleep(child) is not None
            assert len(waiting.ledger.state().sessions) == 2, "a claim did not wake it"
            rows = [
                {
                    "request": r["id"],
                    "property": m["property"],
                    "replicate": n,
                    "value": 95,
                    "unit": m["unit"],
                }
                for r in asked
                for m in r["missing"]
                for n in m["free"]
            ]
            server.client.post("/readings", json=rows).raise_for_status()
            deadline = time.monotonic() + 120
            while len(waiting.ledger.state().rounds) < 2 and time.monotonic() < deadline:
                time.sleep(0.5)
            assert _asleep(child) is not None
            assert len(server.client.get("/requests").json()["requests"]) == 4, "the next round is asked for"
    finally:
        child.kill()
        child.wait()


@pytest.mark.slow
def test_a_campaign_waits_is_killed_and_goes_on_when_the_laboratory_answers(
    waiting: Opened, tmp_path: Path
) -> None:
    """The ledger of a campaign that was interrupted is that of one that was not."""
    home = waiting.store.directory
    calm = conducting(waiting)
    untroubled = tmp_path / "untroubled"
    subprocess.run(["cp", "-r", str(home), str(untroubled)], check=True)
    while calm.conduct(lambda: PlainRounds(calm.evaluator)).startswith("waiting"):
        calm.waiting = None
        _answer(waiting, tmp_path / "calm.csv")
    expected = waiting.ledger.digest()

    troubled = existing(untroubled)
    command = [sys.executable, "-m", "flows.cli", "run", str(untroubled)]
    while True:
        with (tmp_path / "log.txt").open("ab") as log:
            child = subprocess.Popen(command, stdout=log, stderr=log)
            size = _asleep(child)
            if size is None:
                break
            assert size < 100, "MB"
            child.send_signal(signal.SIGKILL)
            child.wait()
        _answer(troubled, tmp_path / "troubled.csv")
    assert child.wait() == 0, (tmp_path / "log.txt").read_text()
    assert troubled.ledger.state().closed == "budget spent: 18 of 18 evaluations"
    assert troubled.ledger.digest() == expected
    troubled.ledger.close()


def _asleep(child: subprocess.Popen[bytes]) -> float | None:
    """Wait until the program sleeps, and say how large it is then, in MB; ``None`` where it ends instead."""
    deadline = time.monotonic() + 120
    while child.poll() is None and time.monotonic() < deadline:
        command = Path(f"/proc/{child.pid}/cmdline").read_bytes().split(b"\0")
        if b"flows.waiting" in command:
            time.sleep(1.0)
            status = Path(f"/proc/{child.pid}/status").read_text()
            found = re.search(r"VmRSS:\s+(\d+) kB", status)
            assert found is not None
            return int(found[1]) / 1024
        time.sleep(0.2)
    assert child.poll() is not None, "it neither sleeps nor ends"
    return None
