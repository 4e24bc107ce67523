"""What of a stream of attempts is proposed: inside the limits, and not taken before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from loop.molecule import Limits, Molecule
from loop.records import Candidate


def admit(
    stream: Iterator[Candidate | None], n: int, limits: Limits, taken: set[Molecule], attempts: int
) -> list[Candidate]:
    """Take the first ``n`` candidates inside the limits that were not yet in ``taken``, and add them to it.

    Parameters
    ----------
    stream
        Attempts; ``None`` for one that made no molecule.
    attempts
        How many are looked at before fewer candidates are returned.
    """
    found: list[Candidate] = []
    if n == 0:
        return found
    for candidate in islice(stream, attempts):
        if candidate is None or candidate.molecule in taken:
            continue
        taken.add(candidate.molecule)
        if limits.refusal(candidate.molecule) is None:
            found.append(candidate)
        if len(found) == n:
            break
    return found
