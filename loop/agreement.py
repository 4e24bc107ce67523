"""Does a computed property go with the measured one that it stands for? A check, never a correction.

The two stay apart: they have units and scales of their own. What is looked at is their order, which is all
that a campaign makes of a computed property that stands for a measured one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from loop.calibration import ranks
from loop.campaign import State
from loop.molecule import Molecule
from loop.objective import FloatArray

ENOUGH = 6
"""Molecules before anything is said against a computed property."""

DRAWS = 2000
LEVEL = 0.1
"""Share of shuffled pairings that may be ordered as well before no relation can be told from chance."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """A measured property beside the computed one that it checks.

    Attributes
    ----------
    measured_name, computed_name
        Names of the two properties.
    molecules
        The ``n`` molecules with both, in the order asked.
    measured, measured_uncertainties, computed, computed_uncertainties
        Shape ``(n,)``, each in its property's unit.
    """

    measured_name: str
    computed_name: str
    molecules: tuple[Molecule, ...]
    measured: FloatArray
    measured_uncertainties: FloatArray
    computed: FloatArray
    computed_uncertainties: FloatArray

    @property
    def n(self) -> int:
        """How many molecules have both."""
        return len(self.molecules)

    @cached_property
    def rank_correlation(self) -> float:
        """Spearman's; NaN where one of the two does not vary."""
        return _correlation(ranks(self.computed), ranks(self.measured))

    @cached_property
    def chance(self) -> float:
        """Share of random pairings that are ordered as well, whichever way (permutation test)."""
        if not np.isfinite(self.rank_correlation):
            return 1.0
        generator, a, b = np.random.default_rng(0), ranks(self.computed), ranks(self.measured)
        shuffled = [abs(_correlation(generator.permutation(a), b)) for _ in range(DRAWS)]
        return float(np.mean(np.array(shuffled) >= abs(self.rank_correlation) - 1e-9))

    @property
    def alarm(self) -> str | None:
        """One sentence if the computed property says nothing about the measured one, as far as is known."""
        if self.n < ENOUGH or self.chance <= LEVEL:
            return None
        return (
            f"{self.computed_name} says nothing about {self.measured_name} so far: rank correlation "
            f"{self.rank_correlation:.2f} over {self.n} molecules, which chance alone gives in "
            f"{self.chance:.0%} of cases"
        )


def agreements(state: State, checks: Mapping[str, str]) -> list[Agreement]:
    """Each measured property that checks a computed one, where two molecules or more have both.

    Parameters
    ----------
    checks
        Measured property -> computed property.
    """
    found = (_agreement(state, measured, computed) for measured, computed in checks.items())
    return [one for one in found if one.n > 1]


def _agreement(state: State, measured: str, computed: str) -> Agreement:
    there, here = state.values.get(measured, {}), state.values.get(computed, {})
    molecules = tuple(m for m in there if m in here)
    rows = [(there[m].value, there[m].uncertainty, here[m].value, here[m].uncertainty) for m in molecules]
    return Agreement(measured, computed, molecules, *np.array(rows, dtype=np.float64).reshape(-1, 4).T)


def _correlation(a: FloatArray, b: FloatArray) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / size if size else float("nan")
