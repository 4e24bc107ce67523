"""Calibration by what the trees never saw."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.ensemble import RandomForestRegressor

from surrogates.forest.growing import OutOfBag, Recipe, calibrated, grow
from surrogates.forest.inputs import inputs
from tests.surrogates.boiling import evidence

RECIPE = Recipe(trees=100, max_features=0.5, min_leaf=1, environments=0)
TRAIN, TEST = evidence(150), evidence(400, start=200)


def test_calibration_finds_what_errors_were_drawn_with() -> None:
    rng = np.random.default_rng(0)
    apart, known = rng.uniform(0.1, 2.0, 5000), rng.uniform(0.0, 0.5, 5000)
    errors = np.sqrt(0.6 * apart + 0.2 + known) * rng.standard_normal(5000)
    spread, residual = calibrated(OutOfBag(errors, apart, known))
    assert spread == pytest.approx(0.6, rel=0.15)
    assert residual == pytest.approx(0.2, abs=0.05)


def test_out_of_bag_errors_are_those_of_scikit_learn() -> None:
    belief = grow(RECIPE, TRAIN, seed=3)
    theirs = RandomForestRegressor(100, max_features=0.5, random_state=3, oob_score=True)
    values = (TRAIN.values - TRAIN.values.mean()) / TRAIN.values.std()
    theirs.fit(inputs(TRAIN.molecules, 0), np.round(values, 9), sample_weight=np.ones(150))
    errors = TRAIN.values.std() * (theirs.oob_prediction_ - values)
    assert belief.diagnostics["loo_rmse"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-6)


def test_out_of_bag_figures_foretell_held_out_ones() -> None:
    belief = grow(RECIPE, TRAIN, seed=0)
    mean, sd = belief.predict(TEST.molecules)
    nll = -norm.logpdf(TEST.values, mean, sd).mean()
    assert belief.diagnostics["loo_nll"] == pytest.approx(nll, abs=0.35)
    assert belief.diagnostics["loo_rmse"] == pytest.approx(
        np.sqrt(((TEST.values - mean) ** 2).mean()), rel=0.3
    )


def test_known_uncertainty_is_not_counted_as_residual() -> None:
    rng = np.random.default_rng(0)
    noisy = evidence(300, uncertainty=60.0)
    values = noisy.values + 60.0 * rng.standard_normal(300)
    told, untold = (
        grow(RECIPE, type(noisy)(noisy.property, noisy.molecules, values, u), seed=0)
        for u in (noisy.uncertainties, np.zeros(300))
    )
    some = TEST.molecules[:100]
    assert told.diagnostics["residual_sd"] < untold.diagnostics["residual_sd"]
    assert told.predict(some)[1].mean() < untold.predict(some)[1].mean()
    assert told.diagnostics["loo_coverage_95"] > 0.88


def test_another_seed_grows_another_forest() -> None:
    one, two = (grow(RECIPE, TRAIN, seed).predict(TEST.molecules)[0] for seed in (0, 1))
    assert not np.array_equal(one, two)


def test_environments_can_be_added() -> None:
    belief = grow(Recipe(50, 0.5, 1, 128), TRAIN, seed=0)
    assert belief.diagnostics["loo_rmse"] < TRAIN.values.std()
    assert np.isfinite(belief.predict(TEST.molecules)).all()
