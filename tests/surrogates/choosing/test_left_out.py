"""The choice between surrogates."""

from __future__ import annotations

import numpy as np
import pytest

from surrogates.choosing.left_out import choose, names
from surrogates.descriptor_gp import DescriptorGP
from surrogates.minmax_gp import MinMaxGP
from surrogates.random_forest import RandomForest
from tests.surrogates.boiling import evidence

TRAIN, TEST = evidence(60), evidence(20, start=60)


def test_the_lowest_leave_one_out_nll_is_chosen_whatever_the_order() -> None:
    candidates = (MinMaxGP(), DescriptorGP(), RandomForest(trees=50))
    expected = {c.kind: c.fit(TRAIN, 0).diagnostics["loo_nll"] for c in candidates}
    best = min(expected, key=lambda kind: expected[kind])
    for order in (candidates, candidates[::-1]):
        chosen = choose(order, TRAIN, seed=0)
        assert chosen.chosen == best
        assert dict(chosen.rivals) == expected


def test_what_is_chosen_answers() -> None:
    chosen = choose((DescriptorGP(), DescriptorGP()), TRAIN, seed=0)
    itself = DescriptorGP().fit(TRAIN, 0)
    np.testing.assert_array_equal(chosen.predict(TEST.molecules), itself.predict(TEST.molecules))
    np.testing.assert_array_equal(chosen.draw(TEST.molecules, 3, 1), itself.draw(TEST.molecules, 3, 1))
    one, two = (b.given(TEST.molecules[:2], TEST.values[:2]) for b in (chosen, itself))
    np.testing.assert_array_equal(one.predict(TEST.molecules), two.predict(TEST.molecules))


def test_diagnostics_are_those_of_the_chosen_and_the_rivals_beside_them() -> None:
    chosen = choose((MinMaxGP(), DescriptorGP()), TRAIN, seed=0)
    figures = dict(chosen.diagnostics)
    assert figures["loo_nll"] == figures[f"loo_nll {chosen.chosen}"]
    assert figures["loo_nll"] == min(figures["loo_nll minmax_gp"], figures["loo_nll descriptor_gp"])
    rest = {k: v for k, v in figures.items() if not k.startswith("loo_nll ")}
    assert rest == dict(chosen.belief.diagnostics)


def test_the_same_kind_twice_is_numbered_and_the_first_of_equals_wins() -> None:
    assert names((DescriptorGP(), MinMaxGP(), DescriptorGP())) == [
        "descriptor_gp 1",
        "minmax_gp",
        "descriptor_gp 2",
    ]
    assert choose((DescriptorGP(), DescriptorGP()), TRAIN, seed=0).chosen == "descriptor_gp 1"


def test_evidence_no_candidate_can_use_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        choose((MinMaxGP(), DescriptorGP()), evidence(1), seed=0)
