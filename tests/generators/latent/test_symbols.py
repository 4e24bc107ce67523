"""Symbols: what they say, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.latent.symbols import (
    CLOSE,
    OPEN,
    VALENCES,
    AtomSymbol,
    RingSymbol,
    hydrogens,
    is_atom,
    parsed,
)
from loop.molecule import ELEMENTS, parse


@st.composite
def symbols(draw: st.DrawFn) -> AtomSymbol | RingSymbol:
    side = draw(st.sampled_from(["", "/", "\\"]))
    if draw(st.booleans()):
        order = draw(st.sampled_from([1, 2]))
        return RingSymbol(draw(st.integers(3, 99)), order, side if order == 1 else "")
    order = draw(st.sampled_from([1, 2, 3]))
    name = draw(st.sampled_from(sorted(VALENCES)))
    element, sign = name.rstrip("+-123"), name.lstrip("".join(ELEMENTS) + "ilr")
    charge = int(sign if sign[1:] else sign + "1") if sign else 0
    winding = draw(st.sampled_from(["", "@", "@@"]))
    shares = element in {"B", "C", "N", "P", "S"} and draw(st.booleans())
    return AtomSymbol(element, order, side if order == 1 else "", winding, charge, shares)


@given(symbols())
def test_a_symbol_is_read_as_it_was_written(symbol: AtomSymbol | RingSymbol) -> None:
    assert parsed(str(symbol)) == symbol
    assert is_atom(str(symbol)) is isinstance(symbol, AtomSymbol)


def test_branches_are_symbols() -> None:
    assert [parsed(OPEN), parsed(CLOSE)] == ["(", ")"]
    assert not is_atom(OPEN)


@pytest.mark.parametrize("text", ["", "[C]", "Zn", "o", "cl", "C+4", "2", "0", "#6", "=", "CC", "C(", "C@@@"])
def test_anything_else_is_none(text: str) -> None:
    assert parsed(text) is None


@pytest.mark.parametrize("name", sorted(VALENCES))
def test_every_atom_with_as_many_hydrogens_as_it_says_is_a_closed_shell(name: str) -> None:
    element, sign = name.rstrip("+-123"), name.lstrip("".join(ELEMENTS) + "ilr")
    for bonds in range(1, VALENCES[name][-1] + 1):
        count = hydrogens(element, sign, bonds)
        if count is None:
            assert element == "S"
            continue
        parse(f"[{element}H{count}{sign}]{'(C)' * bonds}")


def test_sulfur_holds_no_hydrogen_beyond_two_bonds() -> None:
    found = [hydrogens("S", "", bonds) for bonds in range(8)]
    assert found == [2, 1, 0, None, 0, None, 0, None]
    assert [hydrogens("P", "", bonds) for bonds in range(7)] == [3, 2, 1, 0, 1, 0, None]


@pytest.mark.parametrize("element", ELEMENTS)
def test_the_language_has_every_element(element: str) -> None:
    assert element == "H" or element in VALENCES
