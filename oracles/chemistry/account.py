"""What was tried on the way to a number, what each try cost, and what helped."""

from __future__ import annotations

import resource
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from loop.protocols import OracleError, ResourceError
from oracles.contained import abreast
from oracles.contained.abreast import Told

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Rung:
    """One try.

    Attributes
    ----------
    of
        What was wanted: ``orbitals``, ``complex``, ``geometry``...
    name
        How it was tried.
    cycles
        Iterations, or steps of a relaxation.
    cpu_seconds
        Of the process that tried.
    converged
        Whether it helped.
    """

    of: str
    name: str
    cycles: int
    cpu_seconds: float
    converged: bool

    def details(self) -> dict[str, Any]:
        """The try as JSON-able provenance."""
        return {
            "of": self.of,
            "rung": self.name,
            "cycles": self.cycles,
            "cpu_seconds": round(self.cpu_seconds, 3),
            "converged": self.converged,
        }


@dataclass(frozen=True)
class Start:
    """CPU time of this process and those it waited for, and number of tries taken down, when a try began."""

    cpu_seconds: float
    tries: int


def _cpu_seconds() -> float:
    """Of this process, and of those it started that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


@dataclass(frozen=True)
class Account:
    """Every try of one measurement, in order; written to while it goes on."""

    rungs: list[Rung] = field(default_factory=list)

    def note(self, of: str, name: str, cycles: int, since: Start, *, converged: bool) -> None:
        """Take down a try; others that were part of it and are here already count by themselves."""
        within = sum(rung.cpu_seconds for rung in self.rungs[since.tries :])
        spent = _cpu_seconds() - since.cpu_seconds - within
        self.rungs.append(Rung(of, name, cycles, spent, converged))

    @contextmanager
    def one(self, of: str, name: str) -> Iterator[list[int]]:
        """Take down what is done within as one try, converged unless an oracle's error ends it.

        Yields
        ------
        list of int
            For the numbers of its iterations or steps.
        """
        began, cycles = self.start(), list[int]()
        try:
            yield cycles
        except OracleError:
            self.note(of, name, sum(cycles), began, converged=False)
            raise
        self.note(of, name, sum(cycles), began, converged=True)

    def start(self) -> Start:
        """Where a try begins."""
        return Start(_cpu_seconds(), len(self.rungs))

    def each(
        self, function: Callable[[Item], Result], items: Iterable[Item], most: int | None = None
    ) -> Generator[Callable[[], Result], None, None]:
        """Answers as of :func:`abreast.each`; the tries of those that are asked for are taken down here."""
        with closing(abreast.each(partial(self._apart, function), items, most)) as answers:
            for answer in answers:
                yield partial(self._taken, answer)

    def _apart(self, function: Callable[[Item], Result], item: Item) -> tuple[Told[Result], list[Rung]]:
        """Ask the function, and keep what it tried apart from what was tried before."""
        before = len(self.rungs)
        told = Told.by(partial(function, item))
        tried = self.rungs[before:]
        del self.rungs[before:]
        return told, tried

    def _taken(self, answer: Callable[[], tuple[Told[Result], list[Rung]]]) -> Result:
        told, tried = answer()
        self.rungs.extend(tried)
        return told.result()

    def details(self) -> dict[str, Any]:
        """All tries, for the details of a measurement or of a failure."""
        return {"rungs": [rung.details() for rung in self.rungs]}

    @contextmanager
    def told(self) -> Iterator[None]:
        """Give an error that ends the measurement the tries that led to it.

        Raises
        ------
        ResourceError
            If memory runs out.
        """
        try:
            yield
        except MemoryError as error:
            lost = ResourceError("out of memory")
            lost.details.update(self.details())
            raise lost from error
        except OracleError as error:
            error.details.update(self.details())
            raise
