"""A large pool is looked at coarsely first, and hardly anything is missed by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from loop.protocols import Evidence
from loop.records import Candidate, Property
from surrogates.acquisitions.kit import batch
from surrogates.acquisitions.kit.view import View, view_of
from surrogates.sum_gp import SumGP
from tests.surrogates.boiling import compounds
from tests.surrogates.questions import OBJECTIVES, question, values_of

WANTED = 50


@pytest.fixture(scope="module")
def view() -> View:
    """A thousand candidates and 300 measurements."""
    order = np.random.default_rng(2).permutation(1300)
    molecules = tuple(compounds()[0][i] for i in order)
    told, offered = molecules[:300], molecules[300:]
    values = values_of(told)
    beliefs = {
        o.property: SumGP().fit(
            Evidence(Property(o.property, o.unit, ""), told, values[:, k], np.zeros(300)), seed=0
        )
        for k, o in enumerate(OBJECTIVES[:2])
    }
    asked = replace(
        question(),
        pool=[Candidate(m, "library") for m in offered],
        beliefs=beliefs,
        exact={"heavy atoms": values_of(offered)[:, 2]},
        measured=told,
        front=values,
        asked=told,
    )
    return view_of(asked)


def shortlist(view: View) -> NDArray[np.intp]:
    return batch._by_promise(view, WANTED, np.random.default_rng(5))[:WANTED]


def test_what_looks_good_closely_looks_good_coarsely(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    assert view.coarse() is not view
    coarsely = set(shortlist(view).tolist())
    monkeypatch.setattr(View, "coarse", lambda self: self)
    closely = set(shortlist(view).tolist())
    assert len(coarsely & closely) >= 0.9 * WANTED


def test_few_measurements_are_all_used(view: View) -> None:
    few = replace(view, beliefs={name: belief.coarse() for name, belief in view.beliefs.items()})  # type: ignore[attr-defined]
    assert few.coarse() is few
