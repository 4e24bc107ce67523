"""One row of what a laboratory sends, wherever it came from, and the refusal of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.store import StoreError

MOST_SHOWN = 50


@dataclass(frozen=True)
class Row:
    """The cells of a reading, as text.

    Attributes
    ----------
    place
        Where the sender finds it: ``cells.csv, line 4`` or ``row 3``.
    cells
        Column -> text; a column that was not sent is not there.
    """

    place: str
    cells: Mapping[str, str]


class RefusedError(StoreError):
    """What cannot be taken in, and so was not; a sentence for everything that is wrong, up to a point.

    Attributes
    ----------
    sentences
        Each names its place.
    """

    def __init__(self, *sentences: str) -> None:
        more = len(sentences) - MOST_SHOWN
        self.sentences = [*sentences[:MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        super().__init__("\n".join(self.sentences))


class ConflictError(RefusedError):
    """Rows that are right in themselves but contradict what is there, or each other."""
