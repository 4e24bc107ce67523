"""Criteria in turn."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from surrogates.acquisitions.portfolio import PortfolioAcquisition, Turn
from tests.surrogates.questions import question

WORDS = {
    "hv_probability": "(hypervolume probability)",
    "log_ehvi": "(log-EHVI)",
    "log_nparego": "(log-NParEGO",
    "pareto_membership": "(Pareto membership)",
    "scalarised_ucb": "upper confidence bound",
    "thompson": "(Thompson",
}


def test_every_criterion_may_have_a_turn() -> None:
    turns = get_args(Turn)
    assert set(turns) == set(WORDS)
    picks = PortfolioAcquisition(turns=turns, warm_up=0).choose(question(batch=len(turns)))
    assert len({p.candidate.molecule for p in picks}) == len(turns)
    for word in WORDS.values():
        assert any(word in p.reason for p in picks), word


def test_only_the_first_is_asked_while_little_is_measured() -> None:
    picks = PortfolioAcquisition(turns=("hv_probability", "thompson"), warm_up=31).choose(
        question(measured=30)
    )
    assert not any("Thompson" in p.reason for p in picks)


def test_a_turn_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError):
        PortfolioAcquisition.model_validate({"turns": ["log_parego"]})
