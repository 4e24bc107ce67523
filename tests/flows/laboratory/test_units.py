from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.laboratory.units import UnitError, conversion


@pytest.mark.parametrize(
    ("given", "wanted", "factor"),
    [
        ("mS/cm", "S/m", 0.1),
        ("µS/cm", "mS/cm", 1e-3),
        ("mS cm-1", "mS/cm", 1.0),
        ("mS cm⁻¹", "mS/cm", 1.0),
        ("1", "%", 100.0),
        ("%", "1", 0.01),
        ("h", "min", 60.0),
        ("mA/cm2", "mA/cm^2", 1.0),
        ("Ω·cm²", "ohm*cm^2", 1.0),
        ("M", "mmol/L", 1000.0),
        ("kJ/mol", "eV", 0.010364269656262175),  # 1 / 96.48533212, CODATA 2018
        ("eV", "kcal/mol", 23.06054783),
        ("cycles", "cycles", 1.0),
        ("V vs Zn/Zn2+", "V vs Zn/Zn2+", 1.0),
    ],
)
def test_what_converts(given: str, wanted: str, factor: float) -> None:
    found, offset = conversion(given, wanted)
    assert found == pytest.approx(factor)
    assert offset == 0.0


def test_temperatures_have_an_offset() -> None:
    factor, offset = conversion("degC", "K")
    assert factor == 1.0
    assert offset == pytest.approx(273.15)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("V", "mS/cm"),
        ("", "V"),
        ("ohm", "ohm*cm^2"),
        ("cycles", "1"),  # to Pint a cycle is 2 pi
        ("1", "cycles"),
        ("rad", "deg"),
        ("V vs SHE", "V"),
        ("furlongs per fortnite", "m/s"),
        ("9**9**9", "V"),
        ("__import__('os')", "V"),
        ("(" * 12, "V"),
        ("a" * 5000, "V"),
    ],
)
def test_what_does_not(given: str, wanted: str) -> None:
    with pytest.raises(UnitError):
        conversion(given, wanted)


@given(st.text(max_size=60))
def test_no_text_does_any_harm(text: str) -> None:
    try:
        factor, offset = conversion(text, "mS/cm")
    except UnitError:
        return
    assert factor > 0
    assert offset == 0.0
