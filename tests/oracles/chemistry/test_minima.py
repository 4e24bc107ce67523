"""The energy of several minima, and when there are enough of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry.minima import AT_LEAST, SETTLED, STILL, average, averaged, looked_at, rivals


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
    """Those that are looked at of minima with these energies; ``None`` does not converge."""
    return list(looked_at(range(len(energies)), among(energies)).values())


def among(energies: Sequence[float | None]) -> Callable[[int], float]:
    def calculate(k: int) -> float:
        found = energies[k]
        if found is None:
            raise ConvergenceError("the density did not converge")
        return found

    return calculate


def test_an_average_that_stays_where_it_is_ends_the_search() -> None:
    still = [-0.4] * 10
    assert settled(*still) == still[:AT_LEAST]
    # What lies far above moves nothing, either.
    above = [-0.4] + [0.5] * (AT_LEAST - 1)
    assert settled(*above, -0.7) == above


def test_a_minimum_that_moves_it_is_followed_by_so_many_more() -> None:
    moved = [-0.4] * (AT_LEAST - 1) + [-0.5]
    assert settled(*moved, *[-0.2] * (STILL + 3)) == [*moved, *[-0.2] * STILL]


def test_minima_that_do_not_converge_are_left_out_and_all_are_taken_where_they_are_few() -> None:
    assert settled(None, -0.4, None, -0.3) == [-0.4, -0.3]
    assert settled(-0.4) == [-0.4]
    with pytest.raises(ConvergenceError):
        settled(None, None)


@given(st.lists(st.floats(-1.0, 1.0), min_size=AT_LEAST + STILL, max_size=14))
def test_where_it_ended_early_the_last_ones_moved_nothing(energies: list[float]) -> None:
    found = settled(*energies)
    assert found == energies[: len(found)]
    if len(found) < len(energies):
        averages = [averaged(found[: k + 1]) for k in range(len(found))]
        assert np.abs(np.diff(averages))[-STILL:].max() < SETTLED


def test_the_lowest_by_the_cheap_energy_is_the_one_that_counts() -> None:
    asked: list[int] = []

    def dear(k: int) -> str:
        asked.append(k)
        return f"minimum {k}"

    found = average(range(3), among([5.0, 4.9, 5.2]), dear)
    assert (found.lowest, found.result, asked) == (1, "minimum 1", [1])
    assert found.above == pytest.approx([0.1, 0.0, 0.3])
    assert found.raised == pytest.approx(averaged([5.0, 4.9, 5.2]) - 4.9)


def test_a_single_minimum_needs_no_cheap_energy() -> None:
    found = average(["only"], lambda _: pytest.fail("it was ordered"), str.upper)
    assert (found.result, found.above, found.raised) == ("ONLY", [0.0], 0.0)


def test_a_lowest_one_without_the_dear_result_is_left_out_of_the_average() -> None:
    found = average(range(3), among([0.0, -0.1, 0.2]), among([1.0, None, 3.0]))
    assert (found.lowest, found.result) == (0, 1.0)
    assert found.above == pytest.approx([0.0, 0.2])
    with pytest.raises(ConvergenceError):
        average(range(2), among([0.0, 0.1]), among([None, None]))


def test_a_density_that_is_refused_is_passed_over_where_it_only_orders() -> None:
    def refused(k: int) -> float:
        if k == 0:
            raise RejectedError("an excited state")
        return float(k)

    assert average(range(3), refused, str).above == [0.0, 1.0]
    with pytest.raises(RejectedError):
        average(range(2), among([0.0, 0.1]), refused)


def test_conformers_of_the_free_molecule_are_all_looked_at() -> None:
    still = [-0.4] * (AT_LEAST + 4)
    assert len(average(range(len(still)), among(still), str, all_of_them=True).above) == len(still)


def test_of_families_that_begin_near_each_other_two_are_followed() -> None:
    assert rivals({"a": -0.37, "b": -0.4, "c": -0.38, "d": -0.1}) == ["b", "c"]
    assert rivals({"a": -0.1, "b": -0.4}) == ["b"]
    assert rivals({"a": 0.0}) == ["a"]
