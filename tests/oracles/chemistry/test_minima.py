"""The energy of several minima, and when there are enough of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.protocols import ConvergenceError
from oracles.chemistry.minima import AT_LEAST, SETTLED, STILL, averaged, until_settled


@given(st.lists(st.floats(-2.0, 2.0), min_size=1, max_size=6), st.floats(-5.0, 5.0))
def test_the_average_lies_between_the_lowest_and_the_mean_and_moves_with_them(
    energies: list[float], shift: float
) -> None:
    found = averaged(energies)
    assert min(energies) - 1e-9 <= found <= float(np.mean(energies)) + 1e-9
    assert averaged([energy + shift for energy in energies]) == pytest.approx(found + shift, abs=1e-9)
    assert averaged(energies * 3) == pytest.approx(found, abs=1e-9)


def test_a_minimum_that_is_never_visited_does_not_count() -> None:
    assert averaged([-0.43, -0.41, 0.6]) == pytest.approx(averaged([-0.43, -0.41]), abs=1e-9)
    assert -0.43 < averaged([-0.43, -0.41]) < -0.42


def settled(*energies: float | None) -> list[float]:
    """Those that are calculated of minima with these energies; ``None`` does not converge."""

    def calculate(k: int) -> float:
        found = energies[k]
        if found is None:
            raise ConvergenceError("the density did not converge")
        return found

    return until_settled((0, calculate(0)), range(len(energies)), lambda energy: energy, calculate)


def test_an_average_that_stays_where_it_is_ends_the_search() -> None:
    still = [-0.4] * 10
    assert settled(*still) == still[:AT_LEAST]
    # What lies far above moves nothing, either.
    assert settled(-0.4, 0.5, 0.5, 0.5, -0.7) == [-0.4, 0.5, 0.5, 0.5]


def test_a_minimum_that_moves_it_is_followed_by_so_many_more() -> None:
    assert settled(-0.4, -0.4, -0.4, -0.5, -0.2, -0.2, -0.2, -0.2) == [-0.4] * 3 + [-0.5] + [-0.2] * STILL


def test_minima_that_do_not_converge_are_left_out_and_all_are_taken_where_they_are_few() -> None:
    assert settled(-0.4, None, -0.3) == [-0.4, -0.3]
    assert settled(-0.4) == [-0.4]
    with pytest.raises(ConvergenceError):
        settled(None)


@given(st.lists(st.floats(-1.0, 1.0), min_size=AT_LEAST + STILL, max_size=14))
def test_where_it_ended_early_the_last_ones_moved_nothing(energies: list[float]) -> None:
    found = settled(*energies)
    assert found == energies[: len(found)]
    if len(found) < len(energies):
        averages = [averaged(found[: k + 1]) for k in range(len(found))]
        assert np.abs(np.diff(averages))[-STILL:].max() < SETTLED
