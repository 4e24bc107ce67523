"""The columns of what a laboratory sends: those to be filled in, and those that only inform."""

from __future__ import annotations

from collections.abc import Sequence

from loop.parts import nearest

WHICH = ("request", "smiles", "property", "replicate")
REPORTED = ("value", "unit", "uncertainty", "valid", "correction", "date", "operator", "method", "notes")
INFORMING = ("name", "cas", "priority", "round", "reason", "claimed")

KNOWN = (*WHICH, *REPORTED, *INFORMING)
NEEDED = ("property", "value", "unit")
SHORT = 8
"""Characters of a request's key by which people know it."""


def column_problems(names: Sequence[str]) -> list[str]:
    """What is wrong with the columns of a file or of a row, a clause each."""
    problems = [
        f"there is no column '{name}'; {nearest(name, KNOWN)}"
        if name not in KNOWN
        else f"the column '{name}' is there twice"
        for k, name in enumerate(names)
        if name not in KNOWN or name in names[:k]
    ]
    problems += [f"a column '{name}' is needed" for name in NEEDED if name not in names]
    if not {"request", "smiles"} & set(names):
        problems.append("a column 'request' or 'smiles' is needed")
    return problems
