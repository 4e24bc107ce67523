"""Places where requests are answered side by side, and a clock that jumps from answer to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loop.campaign import Answer
from loop.records import Outcome, Request


class Places:
    """A number of workers in a simulation, each with one request at a time.

    Parameters
    ----------
    count
        How many.

    Attributes
    ----------
    clock
        Seconds since the start.
    busy_seconds
        Time that all places together have spent at work up to ``clock``.

    Raises
    ------
    ValueError
        If there is not one place.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError(f"{count} places; one request needs one")
        self.count = count
        self.clock = 0.0
        self.busy_seconds = 0.0
        self._running: dict[str, Answer] = {}

    @property
    def idle(self) -> float:
        """Share of the places' time so far in which nothing ran, 0 to 1."""
        return 1.0 - self.busy_seconds / (self.count * self.clock) if self.clock else 0.0

    def fill(self, requests: Sequence[Request], answer: Callable[[Request], Outcome]) -> None:
        """Begin requests on the free places, in this order; what runs already goes on."""
        for request in requests:
            if len(self._running) == self.count:
                return
            if request.key not in self._running:
                outcome = answer(request)
                ends = self.clock + outcome.cost.wall_seconds
                self._running[request.key] = Answer(request, outcome, ends)

    def next_answers(self) -> list[Answer]:
        """Move the clock to where something ends, and return all that ends there, as it was begun."""
        now = min(answer.at for answer in self._running.values())
        self.busy_seconds += (now - self.clock) * len(self._running)
        self.clock = now
        return [self._running.pop(key) for key, a in list(self._running.items()) if a.at == now]
