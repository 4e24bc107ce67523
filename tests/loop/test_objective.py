from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.objective import Direction, Objective, gains

HOMO = Objective("homo", "eV", Direction.WINDOW, -5.8, high=-7.0)
ZINC = Objective("zn", "eV", Direction.WINDOW, 0.25, low=-0.5, high=-0.1)
finite = st.floats(-50, 50)


def _one(objective: Objective, value: float) -> float:
    return float(objective.gain(np.array([value]))[0])


def test_a_hinge_is_one_at_the_goal_and_zero_at_the_reference() -> None:
    assert _one(HOMO, -7.0) == 1.0
    assert _one(HOMO, -9.0) == 1.0
    assert _one(HOMO, -5.8) == pytest.approx(0.0)
    assert _one(HOMO, -6.4) == pytest.approx(0.5)
    assert _one(HOMO, -5.2) == pytest.approx(-0.5)


def test_a_window_falls_on_both_sides_by_the_same_scale() -> None:
    assert _one(ZINC, -0.3) == 1.0
    assert _one(ZINC, 0.25) == pytest.approx(0.0)
    assert _one(ZINC, -0.85) == pytest.approx(0.0)


def test_directions_count_from_the_reference() -> None:
    assert _one(Objective("x", "eV", Direction.MAXIMIZE, 1.0), 3.0) == 2.0
    assert _one(Objective("x", "eV", Direction.MINIMIZE, 1.0), 3.0) == -2.0


@given(finite, finite, finite)
def test_a_wider_miss_never_gains(a: float, b: float, edge: float) -> None:
    objective = Objective("x", "eV", Direction.WINDOW, edge + 1.0, high=edge)
    low, high = sorted((a, b))
    assert _one(objective, low) >= _one(objective, high)


@given(finite, finite, st.sampled_from([*Direction, "one-sided"]))
def test_values_above_a_gain_are_those_that_gain_more(value: float, gain: float, way: str) -> None:
    objective = {
        "one-sided": HOMO,
        Direction.WINDOW: ZINC,
        Direction.MAXIMIZE: Objective("x", "eV", Direction.MAXIMIZE, 1.0),
        Direction.MINIMIZE: Objective("x", "eV", Direction.MINIMIZE, 1.0),
    }[way]
    low, high = objective.values_above(np.array([gain]))
    reached = _one(objective, value)
    if abs(reached - gain) > 1e-9:  # on the edge itself rounding decides
        assert (low[0] < value < high[0]) == (reached > gain)


def test_no_value_exceeds_the_gain_inside_a_window() -> None:
    low, high = ZINC.values_above(np.array([1.0, 2.0, 0.5]))
    assert np.isinf(low[:2]).all()
    assert (low[2], high[2]) == pytest.approx((-0.675, 0.075))


@pytest.mark.parametrize(
    ("low", "high", "reference", "clause"),
    [
        (None, None, 0.0, "needs 'low', 'high' or both"),
        (1.0, 0.0, 2.0, "inverted"),
        (0.0, 1.0, 0.5, "inside the window"),
        (None, 1.0, 0.5, "inside the window"),
        (1.0, None, 1.5, "inside the window"),
    ],
)
def test_contradictions_are_refused(
    low: float | None, high: float | None, reference: float, clause: str
) -> None:
    with pytest.raises(ValueError, match=clause):
        Objective("x", "eV", Direction.WINDOW, reference, low, high)


def test_edges_belong_to_windows_only() -> None:
    with pytest.raises(ValueError, match="belong to a window"):
        Objective("x", "eV", Direction.MINIMIZE, 0.0, low=1.0)


def test_met_and_goal_in_words() -> None:
    assert list(ZINC.met(np.array([-0.5, -0.1, 0.0, -0.6]))) == [True, True, False, False]
    assert HOMO.goal() == "at most -7 eV, worthless at -5.8 eV"
    assert ZINC.goal() == "-0.5 to -0.1 eV, worthless at 0.25 eV"


def test_gains_go_column_by_column() -> None:
    table = np.array([[-7.0, -0.3], [-5.8, 0.25]])
    assert np.allclose(gains([HOMO, ZINC], table), [[1.0, 1.0], [0.0, 0.0]])
