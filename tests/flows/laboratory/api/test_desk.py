"""The desk keeps the ledger open, and notices what others do to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.laboratory.api.desk import Desk
from flows.laboratory.taking import take
from flows.opening import Opened, existing
from flows.store import StoreError


@pytest.fixture
def desk(waiting: Opened) -> Iterator[Desk]:
    desk = Desk(waiting.store.directory)
    yield desk
    desk.close()


def held(file: Path) -> int:
    """How often this process has a file open."""
    links = (link for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
    return sum(link.exists() and link.samefile(file) for link in links)


def test_the_ledger_stays_open_between_requests(waiting: Opened) -> None:
    home = waiting.store.directory
    waiting.ledger.close()
    desk = Desk(home)
    assert held(waiting.store.ledger) == 0
    for _ in range(3):
        desk.requests()
        assert held(waiting.store.ledger) == 1
    desk.close()
    assert held(waiting.store.ledger) == 0


def test_what_others_report_and_amend_is_seen(desk: Desk, waiting: Opened, filled: Path) -> None:
    before = desk.standing()
    assert (before.open, before.budget[0].limit) == (6, 18.0)
    take(waiting, filled)
    budget = dict(waiting.assembled.resolved["budget"]) | {"evaluations": 99}
    waiting.ledger.amend({"budget": budget})
    after = desk.standing()
    assert (after.open, after.readings, after.budget[0].limit) == (0, 18, 99.0)


def test_another_ledger_in_its_place_is_seen(desk: Desk, waiting: Opened, filled: Path) -> None:
    home, ledger = waiting.store.directory, waiting.store.ledger
    assert desk.standing().readings == 0
    copy = home.parent / "copy"
    waiting.ledger.close()
    shutil.copytree(home, copy)
    other = existing(copy)
    take(other, filled)
    other.ledger.close()
    desk.close()
    assert desk.standing().readings == 0
    (copy / "ledger.sqlite").replace(ledger)
    assert desk.standing().readings == 18


def test_a_directory_that_is_gone_is_a_sentence_and_may_come_back(desk: Desk, waiting: Opened) -> None:
    home = waiting.store.directory
    assert desk.standing().open == 6
    home.rename(home.with_name("away"))
    with pytest.raises(StoreError, match="is not there any more"):
        desk.standing()
    home.with_name("away").rename(home)
    assert desk.standing().open == 6
