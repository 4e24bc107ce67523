"""What the user wants, stated in the units of each property.

Every objective is turned into a *gain* with one meaning: larger is better and 0 is the reference, the
worst value worth having. The declared reference point of the hypervolume is therefore the origin of
gain space, never inferred from the front (a nadir moves with the data and starves the acquisition).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Direction(StrEnum):
    """Which way is better."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"
    WINDOW = "window"


@dataclass(frozen=True)
class Objective:
    """One property and what is wanted of it.

    Attributes
    ----------
    property, unit
        Name and unit of the property.
    direction
        ``maximize``, ``minimize`` or ``window``.
    reference
        The worst value worth having, in ``unit``; for a window, a value outside it.
    low, high
        Edges of the window in ``unit``; leave one out for a one-sided goal ("at most 3.5").

    Raises
    ------
    ValueError
        If the window is missing, inverted, or holds the reference.
    """

    property: str
    unit: str
    direction: Direction
    reference: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Refuse goals that contradict themselves."""
        if self.direction is Direction.WINDOW:
            if self.low is None and self.high is None:
                raise ValueError("a window needs 'low', 'high' or both")
            if self.low is not None and self.high is not None and self.low >= self.high:
                raise ValueError(f"the window is inverted: low {self.low:g} >= high {self.high:g}")
            if self._distance(np.array([self.reference]))[0] == 0.0:
                raise ValueError(
                    f"the reference {self.reference:g} lies inside the window; it is the worst value "
                    "worth having, so it must lie outside"
                )
        elif self.low is not None or self.high is not None:
            raise ValueError(f"'low' and 'high' belong to a window, not to '{self.direction}'")

    def _edges(self) -> tuple[float, float]:
        return (
            -np.inf if self.low is None else self.low,
            np.inf if self.high is None else self.high,
        )

    def _distance(self, values: FloatArray) -> FloatArray:
        low, high = self._edges()
        return np.asarray(np.maximum(np.maximum(low - values, values - high), 0.0))

    def gain(self, values: FloatArray) -> FloatArray:
        """Turn values (units of the property, any shape) into gains of the same shape.

        For ``maximize`` and ``minimize`` the gain is the distance past the reference in the property's
        unit. For a window it is 1 inside, 0 at the reference's distance from the window, linear between
        and negative beyond (dimensionless, a desirability after Derringer & Suich,
        10.1080/00224065.1980.11980968, left unclipped so that a surrogate still sees which way is better).
        """
        if self.direction is Direction.MAXIMIZE:
            return values - self.reference
        if self.direction is Direction.MINIMIZE:
            return self.reference - values
        scale = self._distance(np.array([self.reference]))[0]
        return np.asarray(1.0 - self._distance(values) / scale)

    def values_above(self, gain: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Edges of the open interval of values whose gain exceeds ``gain``, each of its shape.

        The inverse of :meth:`gain`. Both edges are infinite where no value does.
        """
        never = np.full(np.shape(gain), np.inf)
        if self.direction is Direction.MAXIMIZE:
            return self.reference + gain, never
        if self.direction is Direction.MINIMIZE:
            return -never, self.reference - gain
        reach = (1.0 - gain) * self._distance(np.array([self.reference]))[0]
        low, high = self._edges()
        return np.where(reach > 0, low - reach, np.inf), np.where(reach > 0, high + reach, np.inf)

    def met(self, values: FloatArray) -> NDArray[np.bool_]:
        """Whether the goal is reached: inside the window, or at least as good as the reference."""
        if self.direction is Direction.WINDOW:
            return np.asarray(self._distance(values) == 0.0)
        return np.asarray(self.gain(values) >= 0.0)

    def goal(self) -> str:
        """The goal as a person would say it."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        if self.direction is not Direction.WINDOW:
            return f"{self.direction}, worth having from {self.reference:g}{unit}"
        if self.low is None:
            wanted = f"at most {self.high:g}"
        elif self.high is None:
            wanted = f"at least {self.low:g}"
        else:
            wanted = f"{self.low:g} to {self.high:g}"
        return f"{wanted}{unit}, worthless at {self.reference:g}{unit}"


def gains(objectives: Sequence[Objective], values: FloatArray) -> FloatArray:
    """Gains of ``values``, shape ``(..., n_objectives)``, column by column."""
    return np.stack([o.gain(values[..., k]) for k, o in enumerate(objectives)], axis=-1)
