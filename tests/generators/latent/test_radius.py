"""Steps grow with success."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.latent import TRUST_REGION
from generators.latent.radius import LEAST, MOST, radius_after

GOOD, BAD = (TRUST_REGION, True), (TRUST_REGION, False)


def test_one_success_in_five_keeps_the_radius() -> None:
    assert radius_after(6.0, [GOOD, BAD, BAD, BAD, BAD]) == pytest.approx(6.0)
    assert radius_after(6.0, [GOOD, BAD]) > 6.0
    assert radius_after(6.0, [BAD]) < 6.0
    assert radius_after(6.0, []) == 6.0


def test_other_origins_tell_nothing() -> None:
    assert radius_after(6.0, [("between", True), ("library", False)]) == 6.0


@given(st.lists(st.sampled_from([GOOD, BAD]), max_size=60), st.floats(0.1, 20))
def test_it_stays_within_its_bounds(fates: list[tuple[str, bool]], radius: float) -> None:
    assert LEAST * radius <= radius_after(radius, fates) <= MOST * radius
