"""Units as chemists write them, converted with Pint."""

from __future__ import annotations

import re
from functools import cache
from tokenize import TokenError
from typing import Any

import pint

FRACTIONS = {"1": 1.0, "%": 0.01, "percent": 0.01, "‰": 1e-3, "ppm": 1e-6}
"""Pure numbers. Nothing else is one: to Pint a cycle is 2 pi, and a count of cycles is not an angle."""

SPELLING = (
    (r"[·⋅×]", "*"),
    (r"[−–⁻]", "-"),
    *((power, number) for power, number in zip("¹²³", "123", strict=True)),
    (r"Ω", "ohm"),
    (r"Å", "angstrom"),
    (r"(?<=[A-Za-zµμ])(-?[1-4])(?![0-9])", r"^\1"),
)
"""What Pint would not read, and how it is written for it."""

WRITTEN = re.compile(r"(1/)?([A-Za-zµμ°%]++(\^-?[1-4])?|[*/() ]){1,20}")
"""What is taken for a unit at all: names with small powers. Pint would also work out arithmetic."""

LONGEST = 40


class UnitError(ValueError):
    """A unit that is unknown or does not convert; the message says which."""


def conversion(given: str, wanted: str) -> tuple[float, float]:
    """Factor and offset by which numbers in one unit become numbers in another.

    Energies for one particle and for a mole convert into each other, by Avogadro's constant.

    Raises
    ------
    UnitError
        If a unit is unknown or the two measure different things.
    """
    if given == wanted:
        return 1.0, 0.0
    if given in FRACTIONS and wanted in FRACTIONS:
        return FRACTIONS[given] / FRACTIONS[wanted], 0.0
    one, other = _unit(given, wanted), _unit(wanted, given)
    if one.dimensionless or other.dimensionless:
        raise UnitError(f"'{given}' does not convert to '{wanted}'")
    for factor in (1.0, 1.0 / _registry().avogadro_constant, _registry().avogadro_constant):
        try:
            ends = [(_registry().Quantity(x, one) * factor).to(other).magnitude for x in (0.0, 1.0)]
        except pint.DimensionalityError:
            continue
        except pint.OffsetUnitCalculusError:
            ends = [_registry().Quantity(x, one).to(other).magnitude for x in (0.0, 1.0)]
        return float(ends[1] - ends[0]), float(ends[0])
    raise UnitError(f"'{given}' does not convert to '{wanted}'")


def _unit(text: str, beside: str) -> pint.Unit:
    spelled = text
    for written, meant in SPELLING:
        spelled = re.sub(written, meant, spelled)
    if len(text) > LONGEST or not WRITTEN.fullmatch(spelled):
        raise UnitError(f"'{text[:LONGEST]}' is not a unit that converts to '{beside}'")
    try:
        return _registry().Unit(spelled)
    except _UNREAD as error:
        raise UnitError(f"'{text}' is not a unit that converts to '{beside}'") from error


_UNREAD = (pint.PintError, ValueError, TypeError, AttributeError, AssertionError, SyntaxError, TokenError)
"""What Pint's parser raises where it cannot read a text."""


@cache
def _registry() -> pint.UnitRegistry[Any]:
    return pint.UnitRegistry()
