"""Calculations of several structures of which some may fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TypeVar

from loop.protocols import OracleError
from oracles.contained.abreast import Each, in_turn

Tried = TypeVar("Tried")
Found = TypeVar("Found")


def survivors(
    tried: Sequence[Tried],
    calculate: Callable[[Tried], Found],
    left_out: tuple[type[OracleError], ...],
    each: Each = in_turn,
) -> list[tuple[Tried, Found]]:
    """Everything that could be calculated, each with its result.

    Parameters
    ----------
    left_out
        Failures that take a structure out, and not the molecule with it.
    each
        How they are asked about.

    Raises
    ------
    OracleError
        The last failure, if nothing is left.
    """
    found: list[tuple[Tried, Found]] = []
    failed: OracleError | None = None
    with closing(each(calculate, tried)) as answers:
        for one, answer in zip(tried, answers, strict=True):
            try:
                found.append((one, answer()))
            except left_out as error:
                failed = error
    if failed is not None and not found:
        raise failed
    return found
