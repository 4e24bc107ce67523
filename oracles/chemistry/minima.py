"""The energy of a complex from several of its minima, as many as it takes.

A functional without exact exchange orders the minima of one complex as one with it does, within 0.01 eV, at
two fifths of the price. So it says which is the lowest and what the others add to the average, and the
functional of the protocol gives the energy of the lowest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from loop.protocols import ConvergenceError, OracleError, RejectedError
from oracles.chemistry.theory import THERMAL
from oracles.contained.abreast import Each, in_turn

AT_LEAST = 6

STILL, SETTLED = 4, 0.005
"""The average has settled when so many minima, one after the other, moved it by less than so many eV. Of the
minima that GFN2 has within 0.15 eV (mean 11 in each of thirteen families of nine molecules) seven are looked
at then, and their average is within 0.004 eV of that over all (RMS; most 0.014). At least four, and two that
move nothing, left 0.021 and 0.054."""

RIVALS, RIVALS_APART = 2, 0.05
"""Families that are followed, at most, and how near to each other these begin, in eV. The first complex of a
family lies 0.03 (RMS of twelve families) from the average over it: glycolic acid through its hydroxyl begins
0.03 below that through its carbonyl, and ends 0.02 above."""

Minimum = TypeVar("Minimum")
Result = TypeVar("Result")
Family = TypeVar("Family")


@dataclass(frozen=True, eq=False)
class Average(Generic[Minimum, Result]):
    """Several minima together.

    Attributes
    ----------
    lowest
        The lowest of them.
    result
        What the dear functional gave for it.
    above
        Energies above the lowest in eV, that of the lowest among them, in the order looked at.
    """

    lowest: Minimum
    result: Result
    above: list[float]

    @property
    def raised(self) -> float:
        """Their average above the lowest, in eV."""
        return averaged(self.above)


def averaged(energies: Sequence[float]) -> float:
    """Average of energies in eV, weighted by exp(-E/kT) at 298.15 K.

    The lowest would go on falling with every further minimum that is found, the faster the softer the shell.
    """
    found = np.array(energies)
    weights = np.exp((found.min() - found) / THERMAL)
    return float(weights @ found / weights.sum())


def average(
    minima: Sequence[Minimum],
    cheap: Callable[[Minimum], float],
    dear: Callable[[Minimum], Result],
    *,
    all_of_them: bool = False,
    each: Each = in_turn,
) -> Average[Minimum, Result]:
    """Look at one minimum after the other, cheaply, and at the lowest once more.

    Parameters
    ----------
    minima
        In the order they are looked at; at least one.
    cheap
        Energy in eV of a minimum against others. It may raise ConvergenceError or RejectedError, which
        leaves that minimum out.
    dear
        The result that counts. It may raise ConvergenceError, which does so, too.
    all_of_them
        Whether to go on where the average has settled.
    each
        How cheap energies are asked for.

    Raises
    ------
    ConvergenceError, RejectedError
        If nothing is left, what left the last one out.
    """
    if len(minima) == 1:
        return Average(minima[0], dear(minima[0]), [0.0])
    found = looked_at(minima, cheap, all_of_them=all_of_them, each=each)
    while True:
        lowest = min(found, key=found.__getitem__)
        try:
            result = dear(lowest)
        except ConvergenceError:
            if len(found) == 1:
                raise
            del found[lowest]
        else:
            return Average(lowest, result, [energy - found[lowest] for energy in found.values()])


def looked_at(
    minima: Sequence[Minimum],
    energy: Callable[[Minimum], float],
    *,
    all_of_them: bool = False,
    each: Each = in_turn,
) -> dict[Minimum, float]:
    """Energies in eV of one minimum after the other, until their average stays where it is.

    Raises
    ------
    ConvergenceError, RejectedError
        The last one, if there is no energy of any.
    """
    found: dict[Minimum, float] = {}
    still = 0
    failed: OracleError | None = None
    with closing(each(energy, minima)) as answers:
        for minimum, answer in zip(minima, answers, strict=True):
            try:
                new = answer()
            except (ConvergenceError, RejectedError) as error:
                failed = error
                continue
            before = averaged([*found.values()]) if found else new
            found[minimum] = new
            moved = abs(averaged([*found.values()]) - before)
            still = still + 1 if moved < SETTLED and len(found) > 1 else 0
            if len(found) >= AT_LEAST and still >= STILL and not all_of_them:
                break
    if failed is not None and not found:
        raise failed
    return found


def rivals(begun: Mapping[Family, float]) -> list[Family]:
    """The family that begins lowest, and the next one where that is near.

    Parameters
    ----------
    begun
        Family -> energy in eV of its first minimum.
    """
    order = sorted(begun, key=begun.__getitem__)
    near = [family for family in order if begun[family] - begun[order[0]] < RIVALS_APART]
    return near[:RIVALS]
