"""Shares with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959963984540054
"""Half width of 95 % of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class Share:
    """So many of so many.

    Attributes
    ----------
    hits, of
        Counts; ``of`` may be 0.
    """

    hits: int
    of: int

    @property
    def value(self) -> float:
        """Between 0 and 1; NaN of none."""
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval by Wilson (10.1080/01621459.1927.10502953); 0 to 1 of none."""
        if not self.of:
            return (0.0, 1.0)
        n, share = self.of, self.value
        middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
        # Rounding must not put an end beyond what was counted.
        return (max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))

    def __str__(self) -> str:
        """``94.3 % (92.7 to 95.6)``."""
        if not self.of:
            return "- (of none)"
        low, high = self.interval
        return f"{100 * self.value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
