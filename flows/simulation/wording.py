"""How figures with intervals are written for a person."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

UNITS = (("d", 24.0), ("h", 1.0), ("min", 1 / 60), ("s", 1 / 3600))
"""Units of time, the largest first, in hours."""

Row = Mapping[Hashable, Any]


def interval(row: Row, name: str, form: str, unit: float = 1.0) -> str:
    """A figure with its interval, in a unit; a dash where it is not finite."""
    if not math.isfinite(row[name]):
        return "–"
    low, high = (row[f"{name}_{end}"] / unit for end in ("low", "high"))
    return f"{row[name] / unit:{form}} ({low:{form}} to {high:{form}})".replace("inf)", "–)")


def duration(row: Row, name: str) -> str:
    """Hours with their interval, in the unit that suits them."""
    unit, size = _unit(row[name])
    written = interval(row, name, ".3g", size)
    return f"{written} {unit}" if written != "–" else written


def plain_duration(hours: float) -> str:
    """Hours in the unit that suits them."""
    unit, size = _unit(hours)
    return f"{hours / size:.3g} {unit}"


def _unit(hours: float) -> tuple[str, float]:
    return next(((u, size) for u, size in UNITS if hours >= 2 * size), UNITS[-1])
