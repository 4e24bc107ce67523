"""What people are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What there is to tell of."""

    START = "start"
    END = "end"
    ERROR = "error"
    PAUSED = "paused"
    LABORATORY = "laboratory"
    PARETO = "pareto"


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes
    ----------
    title, text
        Plain text; the title names the campaign.
    marks
        Names of the facts it tells of. A message is told until it was taken, and none of these facts again.
    """

    kind: Kind
    title: str
    text: str
    marks: frozenset[str] = frozenset()
