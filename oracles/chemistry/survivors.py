"""Calculations of several structures of which some may fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from loop.protocols import OracleError

Tried = TypeVar("Tried")
Found = TypeVar("Found")


def survivors(
    tried: Iterable[Tried], calculate: Callable[[Tried], Found], left_out: tuple[type[OracleError], ...]
) -> list[tuple[Tried, Found]]:
    """Everything that could be calculated, each with its result.

    Parameters
    ----------
    left_out
        Failures that take a structure out, and not the molecule with it.

    Raises
    ------
    OracleError
        The last failure, if nothing is left.
    """
    found: list[tuple[Tried, Found]] = []
    failed: OracleError | None = None
    for each in tried:
        try:
            found.append((each, calculate(each)))
        except left_out as error:
            failed = error
    if failed is not None and not found:
        raise failed
    return found
