"""Failures that are the same but for the molecule and the numbers, put together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain

from loop.campaign import Answer, State
from loop.molecule import Molecule
from loop.records import Failure, FailureKind

NUMBER = re.compile(r"(?<![\w/.(<-])[+-]?\d+(?:\.\d+)?(?![\w.]*\w)")
"""A number that stands alone, not one in the name of a basis set."""

ATOM = re.compile(r"\b([A-Z][a-z]?)\d+(?=[-, ;:]|$)")
"""An atom by element and position, as in 'broken C1-O2'."""

ISOMER = re.compile(r"[^\s,;:]*@[^\s,;:]*")
"""A SMILES with its stereochemistry, which the molecule's own need not have."""

LONGEST = 200


@dataclass(frozen=True)
class Group:
    """Failures of one oracle for one reason.

    Attributes
    ----------
    kind, oracle
        What kind of failure, and whose.
    reason
        Why, with the molecule and the numbers left open.
    molecules
        Of which, in the order recorded.
    tries
        How often in all.
    cpu_seconds
        What they cost.
    """

    kind: FailureKind
    oracle: str
    reason: str
    molecules: tuple[Molecule, ...]
    tries: int
    cpu_seconds: float


def groups(state: State) -> list[Group]:
    """Every failure and setback, those with the highest cost first."""
    found: dict[tuple[FailureKind, str, str], list[Answer]] = {}
    for answer in chain(state.failures, state.setbacks):
        failed = answer.outcome
        if isinstance(failed, Failure):
            key = failed.kind, answer.request.oracle, pattern(failed.reason, answer.request.molecule)
            found.setdefault(key, []).append(answer)
    made = [
        Group(
            *key,
            tuple(dict.fromkeys(a.request.molecule for a in sorted(some, key=lambda a: a.at))),
            len(some),
            sum(a.outcome.cost.cpu_seconds for a in some),
        )
        for key, some in found.items()
    ]
    return sorted(made, key=lambda g: (-g.cpu_seconds, g.kind, g.oracle, g.reason))


def pattern(reason: str, molecule: Molecule) -> str:
    """A reason with an ellipsis for the molecule and every number."""
    text = re.sub(rf"(?<!\S){re.escape(molecule.smiles)}(?![^\s,;:.])", "…", ISOMER.sub("…", reason))
    text = ATOM.sub(r"\1", NUMBER.sub("…", text))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
