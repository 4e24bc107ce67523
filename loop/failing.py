"""What becomes of a request after a failure: tried again, given up, or everything paused for a person.

A failure's kind says what would help (:class:`~loop.records.FailureKind`), and so what is worth trying again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from loop.records import FailureKind

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
        not only its calculation would do so for ever.
    """

    tries: Mapping[FailureKind, int] = field(default_factory=lambda: dict(TRIES))
    pause_seconds: float = 30.0
    deaths: int = 3

    def tries_again(self, kind: FailureKind, setbacks: int) -> bool:
        """Whether a request that failed, after so many setbacks before, gets another try."""
        return setbacks + 1 < self.tries.get(kind, 1)

    def pause(self, setbacks: int) -> float:
        """Seconds to wait after the last of so many setbacks."""
        return self.pause_seconds * 2.0 ** (setbacks - 1) if setbacks else 0.0
