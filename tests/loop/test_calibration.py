"""What was expected of picks, held against what came."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, norm, spearmanr

from loop.calibration import ENOUGH, LEAST_COVERAGE, Expectations, expectations, miscalibration_area
from loop.campaign import Answer, Round, State
from loop.molecule import parse
from loop.records import (
    Candidate,
    Cost,
    Failure,
    FailureKind,
    Measurement,
    OracleProtocol,
    Pick,
    Prediction,
    Request,
    Value,
)

PROTOCOL = OracleProtocol("o", "p", {}, "An oracle.")
MOLECULES = [parse("C" * n + end) for n in range(1, 16) for end in ("O", "N", "F")]


def campaign(n: int, error: float = 1.0, sd: float = 1.0, known: int = 5) -> State:
    """A round without expectations and one with ``n`` picks, off by normal errors times ``error``."""
    rng = np.random.default_rng(3)
    truth = dict(zip(MOLECULES, rng.normal(0.0, 3.0, len(MOLECULES)).tolist(), strict=True))
    first = tuple(Pick(Candidate(m, "x"), "design") for m in MOLECULES[:known])
    later = tuple(
        Pick(Candidate(m, "x"), "good", 1.0, {"p": Prediction(truth[m] + error * rng.normal(), sd)})
        for m in MOLECULES[known : known + n]
    )
    notes = {"surrogate": {"p": {"noise_sd": 0.0}}}
    rounds = (Round(0, 1, 0.0, first), Round(1, 2, 1.0, later, notes))
    requests = {m: Request.ask(m, PROTOCOL) for m in MOLECULES[: known + n]}
    outcomes = {m: Measurement((Value("p", truth[m], "1", 0.0),), Cost(1.0, 1.0)) for m in requests}
    answers = {requests[m].key: Answer(requests[m], outcomes[m], 2.0) for m in requests}
    return State(rounds=rounds, requests={r.key: r for r in requests.values()}, answers=answers)


def of(state: State) -> Expectations:
    (found,) = expectations(state, ["p"])
    return found


def test_figures_are_those_of_the_textbook() -> None:
    found = of(campaign(30))
    assert found.n == 30
    assert found.nll == pytest.approx(-norm.logpdf(found.measured, found.means, found.sds).mean())
    assert found.rank_correlation == pytest.approx(spearmanr(found.means, found.measured)[0])
    assert found.coverage_95 == np.mean(np.abs(found.measured - found.means) < norm.ppf(0.975))
    first = [
        a.outcome.values[0].value for a in campaign(0).answers.values() if isinstance(a.outcome, Measurement)
    ]
    plain = -norm.logpdf(found.measured, np.mean(first), np.std(first)).mean()
    assert found.plain_nll == pytest.approx(plain)


def test_noise_and_uncertainty_widen_what_is_expected() -> None:
    state = campaign(4, sd=3.0)
    second = replace(state.rounds[1], notes={"surrogate": {"p": {"noise_sd": 4.0}}})
    np.testing.assert_allclose(of(replace(state, rounds=(state.rounds[0], second))).sds, 5.0)


def test_a_good_surrogate_raises_no_alarm() -> None:
    assert of(campaign(40)).alarm is None


def test_one_that_knows_nothing_does() -> None:
    alarm = of(campaign(40, error=8.0, sd=8.0)).alarm
    assert alarm is not None
    assert "of no use" in alarm


def test_one_that_is_too_sure_does() -> None:
    alarm = of(campaign(40, error=1.0, sd=0.55)).alarm
    assert alarm is not None
    assert "too sure" in alarm


def test_too_few_picks_say_nothing() -> None:
    assert of(campaign(ENOUGH - 1, error=8.0, sd=0.1)).alarm is None


def test_what_failed_or_was_not_expected_does_not_count() -> None:
    state = campaign(10)
    key, answer = list(state.answers.items())[-1]
    failed = Answer(answer.request, Failure(FailureKind.CONVERGENCE, "no", Cost(1.0, 1.0)), 2.0)
    assert of(replace(state, answers={**state.answers, key: failed})).n == 9
    assert expectations(campaign(0), ["p"]) == []
    assert expectations(state, ["q"]) == []


def test_the_area_is_none_for_what_is_calibrated_and_half_for_what_is_hopeless() -> None:
    calibrated = norm.ppf((np.arange(2000) + 0.5) / 2000)
    assert miscalibration_area(calibrated) < 0.002
    assert miscalibration_area(np.full(50, 40.0)) == pytest.approx(0.5, abs=0.002)
    assert miscalibration_area(2 * calibrated) == pytest.approx(
        miscalibration_by_hand(2 * calibrated), abs=2e-3
    )


def miscalibration_by_hand(standardised: np.ndarray) -> float:
    promised = np.linspace(0, 1, 500)
    found = [np.mean(np.abs(standardised) <= norm.ppf(0.5 + p / 2)) for p in promised]
    return float(np.trapezoid(np.abs(found - promised), promised))


def test_values_that_do_not_vary_have_no_rank() -> None:
    found = of(campaign(5))
    assert math.isnan(replace(found, means=np.zeros(5)).rank_correlation)


def test_the_limit_is_rarely_passed_by_chance() -> None:
    assert binom.cdf(math.ceil(LEAST_COVERAGE * ENOUGH) - 1, ENOUGH, 0.95) == pytest.approx(0.003, abs=0.001)
