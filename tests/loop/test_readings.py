"""Readings are facts; what they amount to follows from them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.molecule import parse
from loop.readings import ASSAYS, Assay, Notebook, Reading, ReadingsError, Reported, pooled, take_in
from loop.records import Failure, FailureKind, Measurement, OracleProtocol, Request

CE = Assay("ce", "%", 0.3, 2, "cells")
SIGMA = Assay("conductivity", "mS/cm", 0.5, 1, "EIS")
LAB = OracleProtocol("laboratory", "laboratory", {ASSAYS: [vars(CE), vars(SIGMA)]}, "People.")
DMSO, UREA = parse("CS(C)=O"), parse("NC(N)=O")
ASKED = Request.ask(DMSO, LAB)


def ce(value: float | None, replicate: str = "1", **more: Any) -> Reading:
    return Reading(DMSO, "ce", replicate, value, "%", **more)


def sigma(value: float) -> Reading:
    return Reading(DMSO, "conductivity", "1", value, "mS/cm")


def notebook(*readings: Reading) -> Notebook:
    reported = (Reported(reading, float(k)) for k, reading in enumerate(readings))
    return Notebook(tuple(reported), {LAB.digest: LAB})


def test_one_reading_has_the_uncertainty_of_the_assay_or_its_own() -> None:
    assert pooled([ce(97.0)], CE) == notebook(ce(97.0)).values["ce"][DMSO]
    assert (found := pooled([ce(97.0)], CE)) and (found.value, found.uncertainty) == (97.0, 0.3)
    assert (found := pooled([ce(97.0, uncertainty=0.1)], CE)) and found.uncertainty == pytest.approx(0.1)


def test_replicates_that_agree_narrow_the_mean() -> None:
    found = pooled([ce(97.0), ce(97.0, "2"), ce(97.0, "3"), ce(97.0, "4")], CE)
    assert found is not None
    assert found.value == 97.0
    assert found.uncertainty == pytest.approx(0.15)


def test_replicates_that_do_not_agree_say_so() -> None:
    """Birge's ratio: the standard error of three values when the weights are alike."""
    values = [95.0, 97.0, 99.0]
    found = pooled([ce(v, str(k)) for k, v in enumerate(values)], CE)
    assert found is not None
    assert found.value == pytest.approx(97.0)
    assert found.uncertainty == pytest.approx(2.0 / math.sqrt(3))


def test_a_reading_counts_by_its_uncertainty() -> None:
    found = pooled([ce(97.0, uncertainty=0.1), ce(97.3, "2", uncertainty=0.2)], CE)
    assert found is not None
    assert found.value == pytest.approx((4 * 97.0 + 97.3) / 5)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3)), min_size=1, max_size=8))
def test_the_mean_lies_among_the_readings_and_is_never_surer_than_they_allow(
    told: list[tuple[float, float]],
) -> None:
    readings = [ce(v, str(k), uncertainty=u) for k, (v, u) in enumerate(told)]
    found = pooled(readings, CE)
    assert found is not None
    values, uncertainties = zip(*told, strict=True)
    assert min(values) - 1e-6 <= found.value <= max(values) + 1e-6
    assert found.uncertainty >= min(uncertainties) / math.sqrt(len(told)) * (1 - 1e-9)


def test_what_is_not_valid_does_not_count() -> None:
    found = pooled([ce(97.0), ce(12.0, "2", valid=False)], CE)
    assert found == pooled([ce(97.0)], CE)
    assert pooled([ce(None, valid=False)], CE) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": None},
        {"value": math.nan},
        {"value": math.inf},
        {"value": 97.0, "uncertainty": 0.0},
        {"value": 97.0, "uncertainty": math.nan},
    ],
)
def test_a_reading_that_is_no_number_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ce"):
        Reading(**{"molecule": DMSO, "property": "ce", "replicate": "1", "unit": "%", **wrong})


@pytest.mark.parametrize("wrong", [{"uncertainty": 0.0}, {"uncertainty": math.inf}, {"replicates": 0}])
def test_an_assay_says_how_sure_it_is(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ce"):
        replace(CE, **wrong)


def test_a_request_is_answered_when_every_assay_has_its_replicates() -> None:
    assert notebook().outcome(ASKED) is None
    assert notebook(ce(97.0), ce(97.2, "2")).outcome(ASKED) is None, "the conductivity is missing"
    assert notebook(ce(97.0), sigma(40.0)).outcome(ASKED) is None, "a replicate is missing"
    assert notebook(ce(97.0), sigma(40.0)).missing(ASKED) == {"ce": 1}
    told = notebook(ce(97.0), sigma(40.0), ce(97.2, "2")).outcome(ASKED)
    assert told is not None
    outcome, at = told
    assert isinstance(outcome, Measurement)
    assert [(v.property, v.unit) for v in outcome.values] == [("ce", "%"), ("conductivity", "mS/cm")]
    assert at == 2.0


def test_a_property_that_gave_nothing_is_a_failure_and_keeps_the_other() -> None:
    told = notebook(sigma(40.0), ce(None, valid=False, notes="precipitate"), ce(12.0, "2", valid=False))
    answered = told.outcome(ASKED)
    assert answered is not None
    assert isinstance(answered[0], Failure)
    assert answered[0].kind is FailureKind.REJECTED
    assert answered[0].reason == "no valid reading of ce: precipitate"
    assert told.values["conductivity"][DMSO].value == 40.0


def test_the_same_again_is_no_news() -> None:
    first = [ce(97.0), ce(97.2, "2"), sigma(40.0)]
    assert take_in(first, notebook()).news == tuple(first)
    again = take_in(first, notebook(*first))
    assert (again.news, again.known) == ((), 3)
    assert take_in([ce(97.0, notes="written again")], notebook(*first)).news == ()
    noted = ce(97.0, notes="cell 3 leaked a little", correction=True)
    assert take_in([noted], notebook(*first)).news == (noted,)


def test_another_number_is_a_conflict_unless_it_is_a_correction() -> None:
    with pytest.raises(ReadingsError) as caught:
        take_in([sigma(40.0), ce(96.0)], notebook(ce(97.0)))
    assert list(caught.value.conflicts) == [1]
    assert "replicate 1 of ce is there already with 97 %" in caught.value.conflicts[1]
    corrected = take_in([ce(96.0, correction=True)], notebook(ce(97.0)))
    assert len(corrected.news) == 1
    told = notebook(ce(97.0), *corrected.news)
    assert told.values["ce"][DMSO].value == 96.0
    assert len(told.reported) == 2, "what was superseded is kept"


def test_two_rows_of_one_file_may_contradict_each_other_too() -> None:
    with pytest.raises(ReadingsError):
        take_in([ce(97.0), ce(96.0)], notebook())


def test_an_old_file_does_not_undo_a_correction() -> None:
    first, correction = ce(97.0), ce(96.0, correction=True)
    told = notebook(first, correction)
    assert take_in([first], told).news == ()
    assert take_in([correction, first], told).news == ()
    back = ce(97.0, correction=True, date="2026-11-22")
    assert take_in([back], told).news == (back,), "but a correction of the correction counts"


OFFERED = st.lists(
    st.builds(
        ce,
        st.sampled_from([96.0, 97.0, 98.0]),
        st.sampled_from(["1", "2"]),
        correction=st.just(True),
        notes=st.sampled_from(["a", "b"]),
    ),
    max_size=12,
)


@given(OFFERED, st.integers(0, 12))
def test_a_file_taken_in_again_changes_nothing_whole_or_in_parts(file: list[Reading], part: int) -> None:
    whole = notebook(*take_in(file, notebook()).news)
    assert take_in(file, whole).news == ()
    begun = take_in(file[:part], notebook()).news
    rest = take_in(file, notebook(*begun)).news
    assert notebook(*begun, *rest).standing == whole.standing
