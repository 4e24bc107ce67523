"""What a belief is does not depend on the way to it."""

from __future__ import annotations

import numpy as np
import pytest

from loop.objective import FloatArray
from surrogates.gp import fitting, similarity
from surrogates.gp.belief import GaussianBelief
from surrogates.gp.fitting import BLOCK, fit, rung
from surrogates.gp.kernels import MinMaxKernel, SumKernel
from tests.surrogates.boiling import evidence

POOL = evidence(700, start=120).molecules


def forget() -> None:
    """Start as a new process would."""
    fitting._begun.cache_clear()
    similarity._atlas.clear()


def asked(belief: GaussianBelief, left_out: int) -> FloatArray:
    """What it says of a pool that has shrunk by as many."""
    return np.stack(belief.predict(POOL[left_out:]))


def test_a_campaign_that_goes_on_and_one_that_is_resumed_believe_the_same_to_the_last_bit() -> None:
    forget()
    rounds = [asked(fit(SumKernel(), evidence(n)), n - 60) for n in (60, 63, 66, 69, 74, 81)]
    forget()
    asked(fit(SumKernel(), evidence(60)), 0)  # the pool as it was at first
    np.testing.assert_array_equal(asked(fit(SumKernel(), evidence(81)), 21), rounds[-1])


def test_another_campaign_in_between_changes_nothing() -> None:
    forget()
    alone = asked(fit(SumKernel(), evidence(83)), 5)
    forget()
    asked(fit(SumKernel(), evidence(77)), 0)
    branch = fit(SumKernel(), evidence(76)).given(POOL[:3], np.full(3, 400.0))
    asked(branch, 5)
    np.testing.assert_allclose(asked(fit(SumKernel(), evidence(83)), 5), alone, rtol=1e-12)


@pytest.mark.parametrize("n", [72, 72 + BLOCK, 72 + 2 * BLOCK - 1])
def test_a_pool_is_predicted_as_its_molecules_are(n: int) -> None:
    belief = fit(SumKernel(), evidence(n))
    whole = asked(belief, 0)
    parts = [np.stack(belief.predict(POOL[k : k + 100])) for k in range(0, 700, 100)]
    # An atlas keeps similarities in seven digits.
    np.testing.assert_allclose(whole, np.concatenate(parts, axis=1), rtol=1e-4)


def test_hyperparameters_are_shared_between_two_rungs() -> None:
    rungs = [fit(SumKernel(), evidence(n)) for n in (60, 61, 62, 63, 90)]
    assert all(b.hyperparameters is rungs[1].hyperparameters for b in rungs[1:4])
    assert rungs[4].hyperparameters is not rungs[1].hyperparameters
    assert len({len(b.molecules) for b in rungs}) == 5


def test_rungs_are_a_fifth_apart_after_the_first() -> None:
    assert [rung(n) for n in (2, 9, 10, 11, 12, 15, 17)] == [2, 9, 10, 10, 12, 15, 15]


def test_beyond_the_subset_all_measurements_count() -> None:
    many = evidence(500)
    belief = fit(MinMaxKernel(), many)
    assert len(belief.molecules) == 500
    assert (
        belief.predict(many.molecules[-1:])[1]
        < fit(MinMaxKernel(), evidence(480)).predict(many.molecules[-1:])[1]
    )
