"""How calculations came to converge: what was tried, what it took, and what of that was in vain.

An oracle that has several ways to converge something (rungs of a ladder, the cheapest first) writes down
each try in the details of its answer, under ``rungs``: what it was ``of``, the name of the ``rung``, its
``cpu_seconds``, and whether it ``converged``. Other answers have none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loop.campaign import Answer, State
from loop.records import Measurement

RUNGS = "rungs"
"""Where in the details of an answer they are."""

AT_FIRST = "at the first try"


@dataclass(frozen=True)
class Rung:
    """One try to converge one thing.

    Attributes
    ----------
    of
        What: ``orbitals``, ``complex``, ``geometry``.
    name
        How: ``DIIS``, ``level shift``.
    cpu_seconds
        What it cost.
    converged
        Whether that did it.
    """

    of: str
    name: str
    cpu_seconds: float
    converged: bool


@dataclass(frozen=True)
class Settled:
    """What became of the calculations of one kind by one oracle.

    Attributes
    ----------
    oracle, of
        Whose, and of what.
    by
        Rung -> calculations that it settled, in the order in which rungs are tried.
    unsettled
        Calculations that none settled.
    cpu_seconds, in_vain
        CPU time of all tries, and of those that did not converge.
    """

    oracle: str
    of: str
    by: Mapping[str, int]
    unsettled: int
    cpu_seconds: float
    in_vain: float


@dataclass(frozen=True)
class Needed:
    """How far measurements of one oracle had to go.

    Attributes
    ----------
    oracle
        Which.
    last
        Last rung that a measurement needed -> measurements; :data:`AT_FIRST` where nothing was tried twice.
    """

    oracle: str
    last: Mapping[str, int]

    def __str__(self) -> str:
        by = (f"{n} {name if name == AT_FIRST else f'by {name}'}" for name, n in self.last.items())
        return f"{self.oracle} {', '.join(by)}"


@dataclass(frozen=True)
class Tally:
    """All that answers say of it.

    Attributes
    ----------
    settled
        By oracle and what was calculated.
    needed
        By oracle.
    """

    settled: tuple[Settled, ...]
    needed: tuple[Needed, ...]

    @property
    def in_vain(self) -> float | None:
        """Share of the CPU time of all tries that went to those which failed; ``None`` if none was noted."""
        spent = sum(s.cpu_seconds for s in self.settled)
        return sum(s.in_vain for s in self.settled) / spent if spent > 0 else None


def rungs_of(answer: Answer) -> list[Rung]:
    """What an answer says of its tries, in their order; what is no note of one is left out."""
    noted = answer.outcome.details.get(RUNGS, ())
    found = (_rung(note) for note in (noted if isinstance(noted, list) else ()))
    return [rung for rung in found if rung is not None]


def _rung(note: Any) -> Rung | None:  # noqa: ANN401 - whatever JSON holds
    try:
        return Rung(str(note["of"]), str(note["rung"]), float(note["cpu_seconds"]), bool(note["converged"]))
    except (KeyError, TypeError, ValueError):
        return None


def tally(state: State, last: int | None = None) -> Tally:
    """Read the details of every answer, setbacks included.

    Reading them is what it costs: with trajectories in them 2.7 CPU seconds for ten thousand answers
    (``python -m benchmarks.structures``).

    Parameters
    ----------
    last
        Only so many answers, the last ones; ``None`` for all.
    """
    settled: dict[tuple[str, str], list[list[Rung]]] = {}
    needed: dict[str, Counter[str]] = {}
    for answer in state.computed[-last:] if last else state.computed:
        rungs, oracle = rungs_of(answer), answer.request.oracle
        calculations = list(_calculations(rungs))
        for calculation in calculations:
            settled.setdefault((oracle, calculation[0].of), []).append(calculation)
        if rungs and isinstance(answer.outcome, Measurement):
            needed.setdefault(oracle, Counter())[_last(calculations)] += 1
    return Tally(
        tuple(_settled(*key, some) for key, some in sorted(settled.items())),
        tuple(Needed(oracle, dict(last.most_common())) for oracle, last in sorted(needed.items())),
    )


def _calculations(rungs: Iterable[Rung]) -> Iterable[list[Rung]]:
    """Tries of the same thing, up to the one that settled it."""
    under_way: list[Rung] = []
    for rung in rungs:
        if under_way and rung.of != under_way[-1].of:
            yield under_way
            under_way = []
        under_way.append(rung)
        if rung.converged:
            yield under_way
            under_way = []
    if under_way:
        yield under_way


def _last(calculations: Iterable[list[Rung]]) -> str:
    """Where the ladder was climbed highest, the name of that rung."""
    hardest = max(calculations, key=len)
    return AT_FIRST if len(hardest) == 1 else hardest[-1].name


def _settled(oracle: str, of: str, calculations: list[list[Rung]]) -> Settled:
    by: Counter[tuple[int, str]] = Counter()
    for tries in calculations:
        if tries[-1].converged:
            by[len(tries), tries[-1].name] += 1
    in_order: dict[str, int] = {}
    for (_, name), n in sorted(by.items()):
        in_order[name] = in_order.get(name, 0) + n
    spent = [rung for tries in calculations for rung in tries]
    return Settled(
        oracle,
        of,
        in_order,
        sum(not tries[-1].converged for tries in calculations),
        sum(rung.cpu_seconds for rung in spent),
        sum(rung.cpu_seconds for rung in spent if not rung.converged),
    )
