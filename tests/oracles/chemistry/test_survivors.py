"""What fails is left out, unless nothing is left."""

from __future__ import annotations

import pytest

from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry.survivors import survivors


def half(number: int) -> int:
    if number % 2:
        raise ConvergenceError(f"{number} is odd")
    if number > 9:
        raise RejectedError(f"{number} is too large")
    return number // 2


def test_each_result_is_with_what_it_is_of() -> None:
    assert survivors([4, 3, 8], half, (ConvergenceError,)) == [(4, 2), (8, 4)]


def test_the_last_failure_is_told_if_nothing_is_left() -> None:
    with pytest.raises(ConvergenceError, match="5 is odd"):
        survivors([3, 5], half, (ConvergenceError, RejectedError))


def test_a_failure_that_is_not_to_be_left_out_ends_it() -> None:
    with pytest.raises(RejectedError, match="10 is too large"):
        survivors([4, 10], half, (ConvergenceError,))


def test_nothing_tried_is_nothing_found() -> None:
    assert survivors([], half, (ConvergenceError,)) == []
