"""What of a stream of attempts is proposed: inside the limits, and not taken before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from loop.molecule import Limits, Molecule
from loop.records import Candidate

WORTH = re.compile(r"(?<=^logP )\S+ is |^\d+ (?=heavy atoms)")
"""What of a refusal is the molecule's own number."""


@dataclass
class Tally:
    """What became of attempts.

    Attributes
    ----------
    attempts
        Looked at.
    empty
        Made no molecule.
    taken
        Made one that was taken or proposed before, or its mirror image.
    refused
        Reason -> molecules outside the limits; the number that is above or below them left out.
    admitted
        Candidates.
    """

    attempts: int = 0
    empty: int = 0
    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    admitted: int = 0


def admit(
    stream: Iterator[Candidate | None],
    n: int,
    limits: Limits,
    taken: set[Molecule],
    attempts: int,
    tally: Tally | None = None,
) -> list[Candidate]:
    """Take the first ``n`` candidates inside the limits that were not yet in ``taken``, and add them to it.

    What mirrors something taken is not taken, either: every property that is computed would be the same.

    Parameters
    ----------
    stream
        Attempts; ``None`` for one that made no molecule.
    attempts
        How many are looked at before fewer candidates are returned.
    tally
        Is added to.
    """
    counts = Tally() if tally is None else tally
    found: list[Candidate] = []
    if n <= 0:
        return found
    for candidate in islice(stream, attempts):
        counts.attempts += 1
        if candidate is None:
            counts.empty += 1
            continue
        if candidate.molecule in taken or candidate.molecule.mirror_image in taken:
            counts.taken += 1
            continue
        taken.add(candidate.molecule)
        refusal = limits.refusal(candidate.molecule)
        if refusal is None:
            counts.admitted += 1
            found.append(candidate)
        else:
            counts.refused[WORTH.sub("", refusal)] += 1
        if len(found) == n:
            break
    return found
