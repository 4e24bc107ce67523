"""Messages reach a real server and a file, and what fails is a line in the log."""

from __future__ import annotations

import json
import logging
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.notifying import posting, sending
from flows.notifying.message import Kind, Message
from flows.notifying.notifier import notifying
from flows.notifying.sending import Sender
from flows.opening import Opened, begin_or_resume
from loop.ledger import Ledger
from tests.flows.notifying.conftest import Inbox

MESSAGE = Message(Kind.PARETO, "quick: <b>1</b> new", "urea: 1.0 ± 0.1 eV\nDMSO", frozenset({"pareto CO"}))


def _send(urls: list[str], directory: Path, message: Message = MESSAGE) -> Sender:
    sender = Sender("quick", urls, directory / "told.jsonl", directory / "notified.json")
    sender.send(message)
    sender.close()
    return sender


def test_a_message_reaches_a_server_and_a_file(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZINCLOOP_TEST_PLACE", inbox.url)
    _send([inbox.url, "env:ZINCLOOP_TEST_PLACE"], tmp_path)
    assert [(m["title"], m["message"]) for m in inbox.messages] == [(MESSAGE.title, MESSAGE.text)] * 2
    line = json.loads((tmp_path / "told.jsonl").read_text())
    assert (line["campaign"], line["kind"], line["title"]) == ("quick", "pareto", MESSAGE.title)
    assert line["time"].endswith("+00:00")
    again = Sender("quick", [], None, tmp_path / "notified.json")
    assert again.told == MESSAGE.marks
    again.close()


def test_what_nobody_took_is_told_again(
    inbox: Inbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("zincloop").propagate = True
    inbox.status = 500
    with caplog.at_level(logging.WARNING, "zincloop"):
        sender = Sender("quick", [inbox.url, "env:NO_SUCH_PLACE"], None, tmp_path / "notified.json")
        for _ in range(2):
            sender.send(MESSAGE)
        sender.close()
    assert sender.told == frozenset()
    warnings = [r.getMessage() for r in caplog.records]
    assert len(warnings) == 2, "one for each place"
    assert "500" in warnings[0]
    assert "a-long-token" not in caplog.text
    assert "NO_SUCH_PLACE is not set" in warnings[1]
    inbox.status = 200
    assert _send([inbox.url], tmp_path).told == MESSAGE.marks


@pytest.mark.slow
def test_a_place_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "POST_SECONDS", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call and says nothing
        url = f"json://127.0.0.1:{silent.getsockname()[1]}/?rto=300"
        started = time.monotonic()
        assert posting.post(url, MESSAGE) == "no answer within 2 s"
        assert time.monotonic() - started < 4
        monkeypatch.setattr(sending, "CLOSE_SECONDS", 1.0)
        started = time.monotonic()
        sender = _send([url], tmp_path)
        assert time.monotonic() - started < 2, "the program does not wait"
        sender._thread.join()


def test_what_is_said_of_an_address_holds_none_of_its_secrets() -> None:
    said = "Failed to post to hooks.example.org with T0ken-1234, user me: 401"
    address = "jsons://me:T0ken-1234@hooks.example.org/path"
    assert posting.without_secrets(said, address) == "Failed to post to *** with ***, user me: 401"


def test_an_error_that_ends_a_run_is_told(quick: Path) -> None:
    quick.write_text(quick.read_text() + '\n[notifications]\nfile = "told.jsonl"\n')
    opened = begin_or_resume(quick, None)
    with pytest.raises(ZeroDivisionError), notifying(opened.assembled, opened.store):
        _ = 1 / 0
    line = json.loads((opened.store.directory / "told.jsonl").read_text())
    assert (line["kind"], line["title"]) == ("error", "quick: a run ended with an error")
    assert "ZeroDivisionError: division by zero" in line["text"]
    opened.ledger.close()


def test_what_comes_to_the_same_error_again_and_again_tells_of_it_once(quick: Path) -> None:
    quick.write_text(quick.read_text() + '\n[notifications]\nfile = "told.jsonl"\n')
    opened = begin_or_resume(quick, None)
    state = opened.ledger.state()
    for away in ("the scheduler", "the scheduler", "the disk"):
        with pytest.raises(OSError, match=away), notifying(opened.assembled, opened.store) as notifier:
            notifier.started(state)
            raise OSError(away)
    told = [json.loads(line)["text"] for line in (opened.store.directory / "told.jsonl").open()]
    assert [text.partition("\n")[0] for text in told] == ["OSError: the scheduler", "OSError: the disk"]
    opened.ledger.close()


def test_without_the_table_nothing_is_started(finished: Opened) -> None:
    with notifying(finished.assembled, finished.store) as notifier:
        notifier.looked(finished.ledger.state())
        notifier.ended(finished.ledger.state())
    assert not finished.store.notified.exists()


PROGRAM = """
import sys, threading
from pathlib import Path
from flows.conduct import Conductor
from flows.evaluating import Evaluator, PlainRounds
from flows.executors import Here
from flows.notifying.notifier import notifying
from flows.opening import begin_or_resume, commit
opened = begin_or_resume(Path(sys.argv[1]), None)
with opened.store.locked(), notifying(opened.assembled, opened.store) as notifier:
    commit(opened)
    stop = threading.Event()
    evaluator = Evaluator(opened.store, opened.ledger, opened.assembled, Here(), stop)
    Conductor(evaluator, notifier.looked).conduct(lambda: PlainRounds(evaluator))
    notifier.ended(opened.ledger.state())
"""


@pytest.mark.slow
def test_killed_at_any_time_everything_is_told_and_the_end_once(quick: Path) -> None:
    """Every molecule of the front was told of at the latest in the run after the kill."""
    quick.write_text(quick.read_text() + '\n[notifications]\nfile = "told.jsonl"\n')
    home = quick.parent / "quick"
    for answers in (13, 21, 30):
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(quick)])
        while process.poll() is None and _answers(home) < answers:
            time.sleep(0.02)
        process.kill()
        assert process.wait() == -signal.SIGKILL, "it had ended before it could be killed"
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", PROGRAM, str(quick)], check=False).returncode == 0
    opened = begin_or_resume(quick, None)
    lines = [json.loads(line) for line in (home / "told.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines].count("end") == 1
    told = {m.removeprefix("pareto ") for m in json.loads(opened.store.notified.read_text())["told"]}
    front = opened.ledger.state().pareto(opened.assembled.definition.objectives)
    assert {m.smiles for m in front} <= told
    assert 1 <= [line["kind"] for line in lines].count("pareto") <= 4 + 3, "at most one more for each kill"
    opened.ledger.close()


def _answers(home: Path) -> int:
    path = home / "ledger.sqlite"
    if not path.exists() or path.stat().st_size == 0:
        return 0
    ledger = Ledger(path)
    try:
        return len(ledger.state().answers)
    finally:
        ledger.close()
