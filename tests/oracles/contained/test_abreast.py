"""Parts of a calculation side by side: the answers of one after the other, and nothing left behind."""

from __future__ import annotations

import errno
import math
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

from loop.protocols import ConvergenceError, OracleError, ResourceError, TransientError
from oracles.contained import abreast
from oracles.contained.endings import FROM_OUTSIDE
from tests.processes import alive


@pytest.fixture(autouse=True)
def _two() -> Iterator[None]:
    abreast.allow(2)
    yield
    abreast.allow(1)


def test_answers_keep_their_order_whichever_comes_first_and_are_of_other_processes() -> None:
    def late(k: int) -> tuple[int, int]:
        time.sleep(0.3 if k == 0 else 0.0)
        return k, os.getpid()

    found = [*abreast.answers(late, range(5))]
    assert [k for k, _ in found] == [*range(5)]
    assert len({pid for _, pid in found} | {os.getpid()}) == 6


def test_one_at_a_time_is_this_process_when_it_is_asked() -> None:
    abreast.allow(1)
    asked: list[int] = []
    with closing(abreast.each(asked.append, range(3))) as answers:
        next(answers)()
    assert asked == [0]
    assert [*abreast.answers(lambda _: os.getpid(), range(2))] == [os.getpid()] * 2
    abreast.allow(3)
    with closing(abreast.each(lambda _: os.getpid(), range(2), 1)) as answers:
        assert [answer() for answer in answers] == [os.getpid()] * 2, "the caller allows one"


def half(k: int) -> float:
    if k < 0:
        raise ConvergenceError(f"{k} is below zero")
    return math.sqrt(k)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(-3, 30), max_size=6), st.integers(1, 4))
def test_what_one_process_gives_or_raises_several_do(items: list[int], at_once: int) -> None:
    def told(each: abreast.Each) -> list[float | str]:
        found: list[float | str] = []
        with closing(each(half, items)) as answers:
            for answer in answers:
                try:
                    found.append(answer())
                except ConvergenceError as error:
                    found.append(str(error))
        return found

    abreast.allow(at_once)
    assert told(abreast.each) == told(abreast.in_turn)


def test_an_error_keeps_its_details() -> None:
    def fails(_: int) -> None:
        error = ConvergenceError("no")
        error.details["rungs"] = ["DIIS"]
        raise error

    with closing(abreast.each(fails, range(1))) as answers, pytest.raises(OracleError) as caught:
        next(answers)()
    assert caught.value.details == {"rungs": ["DIIS"]}


@pytest.mark.parametrize(
    ("number", "error", "said"),
    [
        (signal.SIGKILL, ResourceError, "SIGKILL, most likely because the machine ran out of memory"),
        (signal.SIGTERM, TransientError, "SIGTERM"),
        (signal.SIGUSR1, RuntimeError, "SIGUSR1"),
        (0, RuntimeError, "status 3"),
    ],
)
def test_a_part_that_dies_is_told_from_one_that_fails(number: int, error: type[Exception], said: str) -> None:
    def dies(k: int) -> int:
        if k == 1 and number:
            os.kill(os.getpid(), number)
        if k == 1:
            os._exit(3)
        return k

    with closing(abreast.each(dies, range(4))) as answers:
        assert next(answers)() == 0
        with pytest.raises(error, match=said):
            next(answers)()
        assert [answer() for answer in answers] == [2, 3], "the others live"


@pytest.mark.parametrize("heeded", [signal.default_int_handler, signal.SIG_IGN], ids=["handled", "ignored"])
@pytest.mark.parametrize("number", FROM_OUTSIDE)
def test_a_part_dies_of_a_signal_whatever_its_program_does_with_it(
    number: int,
    heeded: Any,
) -> None:
    former = signal.signal(number, heeded)
    try:
        with pytest.raises(TransientError, match=signal.Signals(number).name):
            [*abreast.answers(lambda _: os.kill(os.getpid(), number), range(2))]
    finally:
        signal.signal(number, former)


def test_a_system_without_a_process_to_give_is_short_of_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(ResourceError, match="no process for a part of the calculation: Cannot allocate"):
        [*abreast.answers(half, range(3))]


def test_what_is_no_longer_wanted_is_killed_and_what_was_not_begun_never_is(tmp_path: Path) -> None:
    def begun(k: int) -> int:
        (tmp_path / str(os.getpid())).touch()
        if k:
            time.sleep(600)
        return k

    with closing(abreast.each(begun, range(20))) as answers:
        assert next(answers)() == 0
        deadline = time.monotonic() + 20
        while len([*tmp_path.iterdir()]) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    pids = [int(path.name) for path in tmp_path.iterdir()]
    assert len(pids) == 3, "one that is done, two at a time"
    assert not any(map(alive, pids))


def test_nobody_runs_far_ahead_of_who_waits(tmp_path: Path) -> None:
    def begun(k: int) -> int:
        (tmp_path / str(k)).touch()
        time.sleep(1.0 if k == 0 else 0.0)
        return k

    with closing(abreast.each(begun, range(50))) as answers:
        next(answers)()
        assert len([*tmp_path.iterdir()]) <= 2 * abreast.AHEAD


def test_a_part_has_one_thread_and_an_answer_of_any_size() -> None:
    def threads(_: int) -> tuple[set[int], bytes]:
        return {pool["num_threads"] for pool in threadpool_info()}, bytes(10**6)

    for pools, much in abreast.answers(threads, range(2)):
        assert pools <= {1}
        assert len(much) == 10**6
