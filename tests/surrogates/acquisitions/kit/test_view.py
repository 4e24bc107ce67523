"""What a batch knows while it is put together."""

from __future__ import annotations

import numpy as np
import pytest

from loop.objective import gains
from surrogates.acquisitions.kit.view import scales, view_of
from tests.surrogates.questions import OBJECTIVES, question, with_pool


def test_moments_of_a_straight_gain_are_those_of_the_belief() -> None:
    view = view_of(question())
    means, sds = view.means_and_sds
    mean, sd = view.gain_moments
    np.testing.assert_allclose(mean[:, 1], (means[:, 1] - 5.0) / view.scales[1])
    np.testing.assert_allclose(sd[:, 1], sds[:, 1] / view.scales[1], rtol=0.03)
    np.testing.assert_allclose(sd[:, 2], 0.0, atol=1e-12)


def test_moments_of_a_window_know_its_edges() -> None:
    view = view_of(question())
    means, sds = view.means_and_sds
    normal = np.random.default_rng(0).standard_normal(20_000)
    drawn = OBJECTIVES[0].gain(means[:5, 0] + sds[:5, 0] * normal[:, None]) / view.scales[0]
    np.testing.assert_allclose(view.gain_moments[0][:5, 0], drawn.mean(axis=0), atol=0.03)
    np.testing.assert_allclose(view.gain_moments[1][:5, 0], drawn.std(axis=0), atol=0.06)


def test_a_pick_is_believed() -> None:
    view = view_of(question())
    after = view.believing(3)
    np.testing.assert_allclose(after.means_and_sds[0], view.means_and_sds[0], atol=1e-4)
    assert (after.means_and_sds[1] <= view.means_and_sds[1] + 1e-9).all()
    assert after.means_and_sds[1][3, 0] < view.means_and_sds[1][3, 0]
    np.testing.assert_allclose(after.front[-1], gains(OBJECTIVES, view.means_and_sds[0][3]))


def test_what_is_pending_joins_the_front_and_the_beliefs() -> None:
    plain, waiting = view_of(question()), view_of(question(pending=4))
    assert len(waiting.front) == len(plain.front) + 4
    heavy = [m.heavy_atoms for m in question(pending=4).pending]
    np.testing.assert_allclose(waiting.front[-4:, 2], [16.0 - n for n in heavy])
    assert waiting.means_and_sds[1][:, 0].mean() < plain.means_and_sds[1][:, 0].mean()


def test_repeats_and_old_acquaintances_leave_the_pool() -> None:
    asked = question()
    fresh = asked.pool[0].molecule
    assert view_of(with_pool(asked, (fresh, asked.measured[0], fresh))).molecules == (fresh,)


def test_a_unit_of_gain_is_the_best_above_the_reference_or_the_spread() -> None:
    front = np.array([[2.0, -5.0, 0.0], [1.0, -1.0, 0.0]])
    assert scales(front).tolist() == pytest.approx([2.0, 2.0, 1.0])
