"""What becomes of a request after a failure: tried again, given up, or everything paused for a person.

A failure's kind says what would help (:class:`~loop.records.FailureKind`), and so what is worth trying again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from loop.records import FailureKind

ALONE = 2
"""Deaths of the program after which a calculation is made alone, so that no neighbour is suspected too."""

TRIES: Mapping[FailureKind, int] = {FailureKind.TRANSIENT: 3, FailureKind.UNKNOWN: 2}
"""What broke outside a calculation may be whole a minute later; what nobody foresaw may be of that sort."""


@dataclass(frozen=True)
class FailurePolicy:
    """How often a request is tried.

    Attributes
    ----------
    tries
        Kind of failure -> tries in all; a kind that is not there is not tried again.
    pause_seconds
        Time before the second try; twice as long before each further one.
    deaths
        A request during which the program itself died this often is given up: whatever kills the program and
        not only its calculation would do so for ever. A machine that falls over by itself cannot be told
        from that, so a calculation gets several chances, the last ones alone.
    """

    tries: Mapping[FailureKind, int] = field(default_factory=lambda: dict(TRIES))
    pause_seconds: float = 30.0
    deaths: int = 5

    def tries_again(self, kind: FailureKind, setbacks: int) -> bool:
        """Whether a request that failed, after so many setbacks before, gets another try."""
        return setbacks + 1 < self.tries.get(kind, 1)

    def alone(self, deaths: int) -> bool:
        """Whether nothing else may run beside a calculation during which the program died so often."""
        return deaths > 0 and deaths >= min(ALONE, self.deaths - 1)

    def pause(self, setbacks: int) -> float:
        """Seconds to wait after the last of so many setbacks."""
        return self.pause_seconds * 2.0 ** (setbacks - 1) if setbacks else 0.0
