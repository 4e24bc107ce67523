"""Boiling points, with two thirds of the critical temperature as their cheaper estimate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from loop.protocols import Belief, ChosenBelief, Evidence
from surrogates.fidelity.delta import Delta, DeltaBelief, slope_of
from surrogates.loo_choice import LooChoice
from surrogates.sum_gp import SumGP
from tests.surrogates.boiling import critical, evidence, with_cheaper

SURROGATE = Delta(SumGP())
FEW, TEST = evidence(30), evidence(200, start=100)
SCREENED = TEST.molecules[:150]


@pytest.fixture(scope="module")
def belief() -> DeltaBelief:
    found = SURROGATE.fit(with_cheaper(FEW, SCREENED), seed=0)
    assert isinstance(found, DeltaBelief)
    return found


def errors(belief: Belief, rows: slice) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    mean, sd = belief.predict(TEST.molecules[rows])
    return np.array([np.sqrt(((mean - TEST.values[rows]) ** 2).mean()), sd.mean()])


def test_what_is_screened_is_known_better(belief: DeltaBelief) -> None:
    alone = SURROGATE.fit(FEW, seed=0)
    assert not isinstance(alone, DeltaBelief)
    (error, doubt), (error_alone, doubt_alone) = (errors(b, slice(150)) for b in (belief, alone))
    assert error < 0.7 * error_alone
    assert doubt < 0.7 * doubt_alone


def test_what_is_not_screened_gains_from_what_is(belief: DeltaBelief) -> None:
    """Thirty boiling points, and two hundred estimates that tell what groups do."""
    rest = slice(150, None)
    (error, doubt), (error_alone, _) = (errors(b, rest) for b in (belief, SURROGATE.fit(FEW, seed=0)))
    assert error < error_alone
    assert doubt > errors(belief, slice(150))[1], "nobody looked at these"


def test_it_knows_how_well_it_knows(belief: DeltaBelief) -> None:
    mean, sd = belief.predict(TEST.molecules)
    total = np.hypot(sd, belief.diagnostics["noise_sd"])
    assert 0.85 <= np.mean(np.abs(TEST.values - mean) <= 1.96 * total) <= 1.0


def test_a_measured_estimate_is_taken_as_it_is(belief: DeltaBelief) -> None:
    one = next(m for m in SCREENED if m in critical())
    expected = belief.slope * critical()[one] * 2 / 3 + belief.correction.predict([one])[0][0]
    assert belief.predict([one])[0][0] == pytest.approx(expected)


def test_draws_have_the_moments_of_the_prediction(belief: DeltaBelief) -> None:
    few = TEST.molecules[146:154]
    mean, sd = belief.predict(few)
    draws = belief.draw(few, 4000, seed=1)
    np.testing.assert_allclose(draws.mean(axis=0), mean, atol=5 * sd.max() / np.sqrt(4000))
    np.testing.assert_allclose(draws.std(axis=0), sd, rtol=0.1)
    np.testing.assert_array_equal(draws, belief.draw(few, 4000, seed=1))


def test_a_measurement_settles_its_molecule(belief: DeltaBelief) -> None:
    for molecule in (TEST.molecules[0], TEST.molecules[199]):
        told = belief.given([molecule], np.array([500.0]))
        mean, sd = told.predict([molecule])
        assert mean[0] == pytest.approx(500.0, abs=3 * belief.diagnostics["noise_sd"] + 5.0)
        assert sd[0] < belief.predict([molecule])[1][0]


def test_the_coarse_belief_is_one_of_both_parts(belief: DeltaBelief) -> None:
    assert belief.coarse() is belief, "so few measurements leave nothing to save"
    whole = SURROGATE.fit(with_cheaper(evidence(300), SCREENED), seed=0)
    assert isinstance(whole, DeltaBelief)
    coarse = whole.coarse()
    assert np.corrcoef(coarse.predict(SCREENED)[0], whole.predict(SCREENED)[0])[0, 1] > 0.95


def test_it_is_the_base_without_estimates() -> None:
    lonely = replace(FEW, cheaper=Evidence(FEW.property, (), np.empty(0), np.empty(0)))
    for told in (FEW, lonely):
        np.testing.assert_array_equal(
            SURROGATE.fit(told, 0).predict(TEST.molecules)[0], SumGP().fit(FEW, 0).predict(TEST.molecules)[0]
        )


def test_estimates_of_other_molecules_alone_still_help() -> None:
    """The estimate failed for everything that was measured."""
    told = with_cheaper(FEW, SCREENED)
    assert told.cheaper is not None
    rows = [i for i, m in enumerate(told.cheaper.molecules) if m not in FEW.molecules]
    others = Evidence(
        told.cheaper.property,
        tuple(told.cheaper.molecules[i] for i in rows),
        told.cheaper.values[rows],
        told.cheaper.uncertainties[rows],
    )
    found = SURROGATE.fit(replace(FEW, cheaper=others), seed=0)
    assert errors(found, slice(150))[0] < errors(SURROGATE.fit(FEW, seed=0), slice(150))[0]


def test_a_slope_is_one_until_measurements_say_otherwise() -> None:
    rng = np.random.default_rng(0)
    assert slope_of(np.ones(5), rng.normal(size=5)) == 1.0
    cheap = rng.normal(size=400)
    assert slope_of(cheap, 0.3 * cheap + 0.1 * rng.normal(size=400)) == pytest.approx(0.3, abs=0.02)
    few, noise = cheap[:4] * 0.1, rng.normal(size=4)
    plain = np.polyfit(few, noise, 1)[0]
    assert abs(slope_of(few, noise) - 1.0) < 0.5 * abs(plain - 1.0), "noise alone"


def test_a_choice_of_surrogates_is_named() -> None:
    found = Delta(LooChoice()).fit(with_cheaper(FEW, SCREENED), seed=0)
    assert isinstance(found, ChosenBelief)
    assert found.chosen in {"minmax_gp", "descriptor_gp", "sum_gp"}
    assert "slope" in found.diagnostics
    assert not isinstance(SURROGATE.fit(with_cheaper(FEW, SCREENED), seed=0), ChosenBelief)
