"""Figures with intervals as a person reads them."""

from __future__ import annotations

import math

import pytest

from flows.simulation.wording import Row, duration, interval, plain_duration


@pytest.mark.parametrize(
    ("hours", "written"), [(60.0, "2.5 d"), (3.0, "3 h"), (0.5, "30 min"), (0.001, "3.6 s"), (0.0, "0 s")]
)
def test_times_come_in_a_unit_that_suits_them(hours: float, written: str) -> None:
    assert plain_duration(hours) == written


def test_an_interval_is_in_the_unit_of_its_middle() -> None:
    row: Row = {"t": 60.0, "t_low": 36.0, "t_high": 66.0}
    assert duration(row, "t") == "2.5 (1.5 to 2.75) d"
    assert interval(row, "t", ".1f") == "60.0 (36.0 to 66.0)"


def test_what_is_not_reached_is_a_dash() -> None:
    never: Row = {"t": math.inf, "t_low": 3.0, "t_high": math.inf}
    assert interval(never, "t", ".3g") == duration(never, "t") == "–"
    seldom: Row = {"t": 4.0, "t_low": 3.0, "t_high": math.inf}
    assert duration(seldom, "t") == "4 (3 to –) h"
