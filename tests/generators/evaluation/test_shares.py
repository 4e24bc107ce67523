"""Shares with intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from generators.evaluation.shares import Share


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_that_of_wilson_and_holds_the_share(counted: tuple[int, int]) -> None:
    share = Share(*counted)
    low, high = share.interval
    expected = binomtest(*counted).proportion_ci(0.95, "wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0.0 <= low <= share.value <= high <= 1.0


def test_of_none_nothing_is_known() -> None:
    assert math.isnan(Share(0, 0).value)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert str(Share(0, 0)) == "- (of none)"
    assert str(Share(943, 1000)) == "94.3 % (92.7 to 95.6)"
