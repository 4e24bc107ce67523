"""Parts of a contained calculation that do not wait for each other, each in a process forked from it.

Threads hardly help calculations of this size: their matrices are small. So what a calculation may have in
threads it has in processes where it asks for several structures one after the other.
"""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, NoReturn, Protocol, TypeVar, cast

from threadpoolctl import threadpool_limits

from loop.protocols import ResourceError, TransientError
from loop.records import FailureKind
from oracles.contained.endings import KINDS, die_with_parent, died_of, heed_signals

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 2
"""Parts begun or done, for each that may run, while the first of them is waited for: whoever waits may want
no more of them afterwards."""

ERRORS: dict[FailureKind, type[Exception]] = {
    FailureKind.RESOURCE: ResourceError,
    FailureKind.TRANSIENT: TransientError,
}
"""What is raised for a part that was ended from outside."""

_at_once = 1


class Each(Protocol):
    """A function of several items, asked one after the other; its answers come in their order."""

    def __call__(
        self, function: Callable[[Item], Result], items: Iterable[Item], /
    ) -> Generator[Callable[[], Result], None, None]:
        """Yield what returns the result of an item, or raises what it raised."""
        ...


def allow(parts: int) -> None:
    """Let calculations of this process run so many parts at a time."""
    global _at_once  # noqa: PLW0603 - a process has one calculation
    _at_once = parts


def allowed() -> int:
    """How many parts may run at a time: the threads of a contained calculation, else one."""
    return _at_once


def in_turn(
    function: Callable[[Item], Result], items: Iterable[Item], /
) -> Generator[Callable[[], Result], None, None]:
    """One after the other, in this process, each when its answer is asked for."""
    for item in items:
        yield partial(function, item)


def each(
    function: Callable[[Item], Result], items: Iterable[Item], /, most: int | None = None
) -> Generator[Callable[[], Result], None, None]:
    """As many at a time as :func:`allowed`, and the next ones ahead of time.

    The processes have everything this one has, so that the function may be a closure; what it changes is
    lost, its result is sent back. Close the generator when no more answers are wanted: what runs is killed.

    Parameters
    ----------
    most
        At a time, if less than :func:`allowed`.

    Yields
    ------
    Callable
        Returns the result of the next item, or raises what it raised. ResourceError if its process was
        killed, TransientError if somebody ended it, RuntimeError if it ended in another way.

    Raises
    ------
    ResourceError
        If the system has no process to give.
    """
    at_once = allowed() if most is None else min(most, allowed())
    if at_once <= 1:
        yield from in_turn(function, items)
        return
    parts = _Parts(function, iter(items), at_once)
    try:
        while (first := parts.first()) is not None:
            yield partial(parts.answer, first)
            parts.drop(first)
    finally:
        parts.close()


def answers(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Results of all items, as of :func:`each`."""
    with closing(each(function, items)) as found:
        for answer in found:
            yield answer()


@dataclass(frozen=True)
class Told(Generic[Result]):
    """What a function returned, or the exception that it raised."""

    found: Result | None
    error: Exception | None

    @classmethod
    def by(cls, function: Callable[[], Result]) -> Told[Result]:
        """Call it."""
        try:
            return cls(function(), None)
        except Exception as raised:  # noqa: BLE001 - it is raised where it is asked for
            return cls(None, raised)

    def result(self) -> Result:
        """Return the one, or raise the other."""
        if self.error is not None:
            raise self.error
        return cast(Result, self.found)


class _Part(Generic[Result]):
    """One process and its answer."""

    def __init__(self, function: Callable[[], Result]) -> None:
        self.answer: Callable[[], Result] | None = None
        self.ours, theirs = multiprocessing.Pipe(duplex=False)
        context = multiprocessing.get_context("fork")
        self._process: BaseProcess = context.Process(
            target=_calculate, args=(function, theirs, os.getpid()), daemon=True
        )
        with theirs, warnings.catch_warnings():
            # It speaks of threads, which here wait for work that the new process never gives to any.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                self._process.start()
            except OSError as error:
                self.ours.close()
                raise ResourceError(f"no process for a part of the calculation: {error.strerror}") from error

    def collect(self) -> None:
        """Take its answer, which is there."""
        try:
            told: Told[Result] = self.ours.recv()
        except EOFError:
            self._process.join()
            self.answer = partial(_lost, self._process.exitcode or 0)
        else:
            self.answer = told.result
        self.close()

    def close(self) -> None:
        """End it, if it has not ended."""
        self._process.kill()
        self._process.join()
        self.ours.close()


class _Parts(Generic[Item, Result]):
    """Parts in the order of their items: those whose answers nobody had yet."""

    def __init__(self, function: Callable[[Item], Result], items: Iterator[Item], at_once: int) -> None:
        self._function, self._items, self._at_once = function, items, at_once
        self._parts: deque[_Part[Result]] = deque()

    def first(self) -> _Part[Result] | None:
        self._begin()
        return self._parts[0] if self._parts else None

    def answer(self, part: _Part[Result]) -> Result:
        while part.answer is None:
            running = {each.ours: each for each in self._running()}
            for ready in wait([*running]):
                running[cast(Connection, ready)].collect()
            self._begin()
        return part.answer()

    def drop(self, part: _Part[Result]) -> None:
        """Go on to the one after."""
        self._parts.remove(part)
        if part.answer is None:
            part.close()

    def close(self) -> None:
        for part in self._running():
            part.close()

    def _running(self) -> list[_Part[Result]]:
        return [part for part in self._parts if part.answer is None]

    def _begin(self) -> None:
        free = self._at_once - len(self._running())
        room = AHEAD * self._at_once - len(self._parts)
        for item in islice(self._items, max(0, min(free, room))):
            self._parts.append(_Part(partial(self._function, item)))


def _calculate(function: Callable[[], object], answer: Connection, parent: int) -> None:
    """What the process of a part does."""
    die_with_parent(parent)
    heed_signals()
    with threadpool_limits(1):  # those that the parent had did not come along
        told = Told.by(function)
    answer.send(told)


def _lost(code: int) -> NoReturn:
    if code >= 0:
        raise RuntimeError(f"a part of the calculation ended with status {code} and no answer")
    kind, reason = KINDS.get(-code, FailureKind.UNKNOWN), f"a part of the calculation {died_of(-code)}"
    raise ERRORS.get(kind, RuntimeError)(reason)
