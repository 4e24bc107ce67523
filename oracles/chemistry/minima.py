"""The energy of a complex from several of its minima, as many as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from loop.protocols import ConvergenceError
from oracles.chemistry.theory import THERMAL

AT_LEAST = 4

STILL, SETTLED = 2, 0.005
"""The average has settled when so many minima, one after the other, moved it by less than so many eV."""

Minimum = TypeVar("Minimum")
Result = TypeVar("Result")


def averaged(energies: Sequence[float]) -> float:
    """Average of energies in eV, weighted by exp(-E/kT) at 298.15 K.

    The lowest would go on falling with every further minimum that is found, the faster the softer the shell.
    """
    found = np.array(energies)
    weights = np.exp((found.min() - found) / THERMAL)
    return float(weights @ found / weights.sum())


def until_settled(
    first: tuple[Minimum, Result],
    others: Iterable[Minimum],
    energy: Callable[[Result], float],
    calculate: Callable[[Minimum], Result],
) -> list[Result]:
    """Calculate one minimum after the other until the average of their energies stays where it is.

    Parameters
    ----------
    first
        A minimum that has been calculated, and its result.
    others
        The rest in the order of a cheaper energy; ``first`` may be among them.
    energy
        Energy of a result in eV.
    calculate
        May raise ConvergenceError, which leaves that minimum out.
    """
    start, result = first
    found, still = [result], 0
    for minimum in others:
        if minimum is start:
            continue
        try:
            result = calculate(minimum)
        except ConvergenceError:
            continue
        before = averaged([energy(r) for r in found])
        found.append(result)
        moved = abs(averaged([energy(r) for r in found]) - before)
        still = still + 1 if moved < SETTLED else 0
        if len(found) >= AT_LEAST and still >= STILL:
            break
    return found
