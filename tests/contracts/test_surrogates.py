"""What every surrogate must do, whatever it is made of; run over each module of the package."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from flows.seating import seated
from generators.vae import VAE
from loop.parts import kinds, load
from loop.protocols import Belief, Surrogate
from tests.surrogates.boiling import evidence

TRAIN, TEST = evidence(80), evidence(200, start=80)

every_kind = pytest.mark.parametrize("kind", kinds("surrogates"))


def make(kind: str) -> Surrogate:
    return seated(load("surrogates", kind)(), [VAE()])


@pytest.fixture(scope="module")
def belief(request: pytest.FixtureRequest) -> Belief:
    return make(request.param).fit(TRAIN, seed=0)


every_belief = pytest.mark.parametrize("belief", kinds("surrogates"), indirect=True)


@every_kind
def test_the_kind_is_the_name_of_the_module_and_settings_are_strict(kind: str) -> None:
    assert make(kind).kind == kind
    with pytest.raises(ValidationError):
        load("surrogates", kind)(no_such_setting=1)


@every_belief
def test_it_predicts_better_than_the_mean_and_knows_how_well(belief: Belief) -> None:
    mean, sd = belief.predict(TEST.molecules)
    assert mean.shape == sd.shape == (200,)
    error = TEST.values - mean
    assert np.sqrt((error**2).mean()) < 0.75 * TEST.values.std()
    total = np.hypot(sd, belief.diagnostics.get("noise_sd", 0.0))
    assert 0.85 <= np.mean(np.abs(error) <= 1.96 * total) <= 1.0


@every_belief
def test_it_reports_leave_one_out_figures(belief: Belief) -> None:
    figures = belief.diagnostics
    assert {"loo_nll", "loo_rmse", "loo_coverage_95"} <= set(figures)
    assert all(np.isfinite(v) for v in figures.values())
    assert 0.0 < figures["loo_rmse"] < TRAIN.values.std()
    assert 0.8 <= figures["loo_coverage_95"] <= 1.0


@every_kind
def test_the_same_seed_gives_the_same_belief(kind: str) -> None:
    one, two = (make(kind).fit(TRAIN, seed=7) for _ in range(2))
    for a, b in zip(one.predict(TEST.molecules), two.predict(TEST.molecules), strict=True):
        np.testing.assert_array_equal(a, b)


@every_belief
def test_draws_have_the_moments_of_the_prediction(belief: Belief) -> None:
    few = TEST.molecules[:6]
    mean, sd = belief.predict(few)
    draws = belief.draw(few, 4000, seed=1)
    assert draws.shape == (4000, 6)
    np.testing.assert_allclose(draws.mean(axis=0), mean, atol=5 * sd.max() / np.sqrt(4000))
    np.testing.assert_allclose(draws.std(axis=0), sd, rtol=0.1)
    np.testing.assert_array_equal(draws, belief.draw(few, 4000, seed=1))
    assert not np.array_equal(draws, belief.draw(few, 4000, seed=2))


@every_belief
def test_draws_of_one_molecule_twice_agree(belief: Belief) -> None:
    draws = belief.draw((TEST.molecules[0], TEST.molecules[0]), 50, seed=0)
    np.testing.assert_allclose(draws[:, 0], draws[:, 1], atol=0.05 * draws[:, 0].std())


@every_belief
def test_what_it_is_told_moves_it_and_shrinks_its_doubt(belief: Belief) -> None:
    target = TEST.molecules[:1]
    mean, sd = belief.predict(target)
    told = belief.given(target, mean + 2 * sd)
    after, less = told.predict(target)
    assert mean < after <= mean + 2 * sd
    assert less < sd
    np.testing.assert_array_equal(belief.predict(target)[0], mean)


@every_belief
def test_believing_its_own_predictions_moves_nothing(belief: Belief) -> None:
    picks, others = TEST.molecules[:3], TEST.molecules[3:50]
    told = belief.given(picks, belief.predict(picks)[0])
    before, after = belief.predict(others), told.predict(others)
    np.testing.assert_allclose(after[0], before[0], atol=1e-4)
    assert (after[1] <= before[1] + 1e-9).all()


@every_belief
def test_nothing_asked_gives_nothing(belief: Belief) -> None:
    assert belief.predict(())[0].shape == (0,)
    assert belief.draw((), 3, seed=0).shape == (3, 0)


@every_kind
def test_one_uncertain_measurement_counts_less(kind: str) -> None:
    wrong = TRAIN.values.copy()
    wrong[0] += 20 * wrong.std()
    doubts = np.zeros(80)
    doubts[0] = 20 * TRAIN.values.std()
    believed = make(kind).fit(replace(TRAIN, values=wrong), seed=0)
    doubted = make(kind).fit(replace(TRAIN, values=wrong, uncertainties=doubts), seed=0)
    truth = make(kind).fit(TRAIN, seed=0).predict(TEST.molecules)[0]
    off = [np.abs(b.predict(TEST.molecules)[0] - truth).mean() for b in (doubted, believed)]
    assert off[0] < off[1]


@every_kind
@pytest.mark.parametrize("n", [2, 3])
def test_a_handful_of_measurements_is_enough(kind: str, n: int) -> None:
    mean, sd = make(kind).fit(evidence(n), seed=0).predict(TEST.molecules)
    assert np.isfinite(mean).all()
    assert (sd > 0).all()


@every_kind
def test_constant_values_are_believed_without_certainty(kind: str) -> None:
    mean, sd = make(kind).fit(replace(TRAIN, values=np.full(80, 3.0)), seed=0).predict(TEST.molecules)
    np.testing.assert_allclose(mean, 3.0, atol=1e-6)
    assert (np.isfinite(sd) & (sd > 0)).all()


@every_kind
def test_units_do_not_matter(kind: str) -> None:
    plain = make(kind).fit(TRAIN, seed=0).predict(TEST.molecules)
    scaled = make(kind).fit(replace(TRAIN, values=1e4 * TRAIN.values - 5e5), seed=0).predict(TEST.molecules)
    np.testing.assert_allclose(scaled[0], 1e4 * plain[0] - 5e5, rtol=1e-4)
    np.testing.assert_allclose(scaled[1], 1e4 * plain[1], rtol=1e-3)


@every_kind
def test_unusable_evidence_is_refused(kind: str) -> None:
    two = evidence(2)
    with pytest.raises(ValueError, match="at least 2"):
        make(kind).fit(evidence(1), seed=0)
    with pytest.raises(ValueError, match="not a finite number"):
        make(kind).fit(replace(two, values=np.array([1.0, np.nan])), seed=0)
    with pytest.raises(ValueError, match="negative"):
        make(kind).fit(replace(two, uncertainties=np.array([1.0, -1.0])), seed=0)
    with pytest.raises(ValueError, match="twice"):
        make(kind).fit(replace(two, molecules=two.molecules[:1] * 2), seed=0)
    with pytest.raises(ValueError, match="as many values"):
        make(kind).fit(replace(two, values=np.zeros(3)), seed=0)
