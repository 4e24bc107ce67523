"""A ledger that is damaged or gone is put back, and nothing calculated is calculated again."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.conduct import Conductor
from flows.evaluating import PlainRounds
from flows.opening import Opened, begin_or_resume, commit, existing
from flows.repairing import repair
from flows.store import Store, StoreError
from loop.ledger import Ledger
from oracles.contained import close
from tests.conftest import conducting


def _run(file: Path, stop_after: int | None = None) -> Opened:
    """Run the campaign; with ``stop_after``, to that many answers."""
    opened = begin_or_resume(file, None)
    stop = threading.Event()
    conductor = conducting(opened, stop)
    record = opened.ledger.record

    def counted(*arguments: object) -> bool:
        new = record(*arguments)  # type: ignore[arg-type]
        if stop_after is not None and len(opened.ledger.state().answers) >= stop_after:
            stop.set()
        return new

    opened.ledger.record = counted  # type: ignore[assignment, method-assign]
    with opened.store.locked():
        commit(opened)
        conductor.conduct(lambda: PlainRounds(conductor.evaluator))
    return opened


def _spoil(path: Path) -> None:
    path.write_bytes(b"\xa5" * path.stat().st_size)


def test_a_whole_ledger_is_left_alone(waiting: Opened) -> None:
    digest = waiting.ledger.digest()
    assert repair(waiting.store) is None
    assert waiting.ledger.digest() == digest


def test_what_is_no_campaign_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="neither a campaign nor a backup"):
        repair(Store(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_broken_page_is_one_line(waiting: Opened) -> None:
    waiting.ledger.close()
    with waiting.store.ledger.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * 10 * 4096)
    with pytest.raises(StoreError, match=r"is damaged: .*goes back to") as damaged:
        begin_or_resume(waiting.store.directory, None)
    assert "\n" not in str(damaged.value)


def test_a_file_is_no_directory(quick: Path) -> None:
    with pytest.raises(StoreError, match="this is a file; name the campaign's directory"):
        repair(Store(quick))


def test_damage_is_told_with_the_way_back(waiting: Opened) -> None:
    digest, home = waiting.ledger.digest(), waiting.store.directory
    waiting.ledger.close()
    _spoil(waiting.store.ledger)
    for opens in (existing, lambda path: begin_or_resume(path, None)):
        with pytest.raises(StoreError, match=r"is damaged: .*'zincloop repair .*' goes back to"):
            opens(home)
    done = repair(waiting.store)
    assert done is not None
    assert [p.name.startswith("ledger.damaged-") for p in done.kept] == [True]
    assert existing(home).ledger.digest() == digest


def test_a_ledger_that_is_gone_is_not_begun_anew(waiting: Opened) -> None:
    digest, home = waiting.ledger.digest(), waiting.store.directory
    waiting.ledger.close()
    waiting.store.ledger.unlink()
    with pytest.raises(StoreError, match=r"ledger.sqlite is missing; 'zincloop repair"):
        begin_or_resume(home, None)
    with pytest.raises(StoreError, match="is missing"):
        existing(home)
    assert repair(waiting.store) is not None
    assert existing(home).ledger.digest() == digest


def test_without_a_backup_it_says_so(waiting: Opened) -> None:
    waiting.ledger.close()
    _spoil(waiting.store.ledger)
    _spoil(waiting.store.backup)
    with pytest.raises(StoreError, match="the backup is damaged too"):
        repair(waiting.store)
    waiting.store.backup.unlink()
    with pytest.raises(StoreError, match="there is no backup"):
        repair(waiting.store)
    with pytest.raises(StoreError, match="there is no backup of it"):
        existing(waiting.store.directory)
    with pytest.raises(StoreError, match="there is no such directory"):
        repair(Store(waiting.store.directory / "nowhere"))


@pytest.mark.slow
def test_what_was_calculated_since_the_backup_is_not_calculated_again(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    untroubled = _run(quick)
    expected = untroubled.ledger.digest()
    untroubled.ledger.close()
    shutil.rmtree(untroubled.store.directory)

    tally = tmp_path / "tally.txt"
    monkeypatch.setenv("ZINCLOOP_TEST_TALLY", str(tally))
    close()  # what calculates from now on has this environment
    monkeypatch.setattr(Conductor, "_back_up", _not_at_the_end(Conductor._back_up))
    stopped = _run(quick, stop_after=20)
    store, answered = stopped.store, set(stopped.ledger.state().answers)
    stopped.ledger.close()
    held = Ledger(store.backup)
    assert set(held.state().answers) < answered, "the backup is that of the round's beginning"
    held.close()
    _spoil(store.ledger)
    assert repair(store) is not None
    again = _run(quick)
    assert again.ledger.digest() == expected
    again.ledger.close()
    calculated = tally.read_text().split()
    measured = [key for key in calculated if key in answered]
    assert len(measured) == len(set(measured)) > 0


def _not_at_the_end(back_up: Callable[[Conductor, bool], None]) -> Callable[[Conductor, bool], None]:
    """A backup that is not made any more once the run was told to stop, as after a failure of the disk."""

    def unless_stopped(conductor: Conductor, whatever: bool = False) -> None:
        if not conductor.evaluator.stop.is_set():
            back_up(conductor, whatever)

    return unless_stopped
