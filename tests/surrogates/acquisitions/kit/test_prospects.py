"""What failures and costs say of molecules that were not asked yet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.molecule import Molecule, parse
from loop.objective import FloatArray
from surrogates.acquisitions.kit.prospects import Prospects, expected_seconds, feasibility, foresee
from surrogates.acquisitions.kit.view import view_of
from tests.surrogates.boiling import compounds
from tests.surrogates.questions import question

CHAINS = tuple(parse("C" * n) for n in range(3, 9))
NITRILES = tuple(parse("C" * n + "C#N") for n in range(2, 8))
ETHERS = tuple(parse("C" * n + "OC") for n in range(2, 8))
ALCOHOLS = tuple(parse("C" * n + "O") for n in range(2, 9))


def test_nothing_failed_changes_nothing_and_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surrogates.acquisitions.kit.prospects.fit", None)  # calling it would raise
    asked = question()
    found = foresee(asked, [c.molecule for c in asked.pool], feasibility_weight=1.0, cost_weight=0.0)
    assert (found.feasible == 1.0).all()
    assert (found.discounts == 1.0).all()
    assert found.seconds is None
    assert found.remark(0) == ""


def test_a_family_that_fails_is_known_by_its_kin() -> None:
    measured = (*CHAINS, *ETHERS, *ALCOHOLS)
    kin, others = parse("CC(C)CC#N"), parse("CC(C)CCO")
    chances = feasibility(measured, NITRILES, (kin, others))
    assert chances[0] < 0.4
    assert chances[1] > 0.85


def test_a_single_failure_is_no_family() -> None:
    measured = (*CHAINS, *ETHERS, *ALCOHOLS)
    chances = feasibility(measured, NITRILES[:1], (*NITRILES[1:], parse("CCCl")))
    assert chances.min() == pytest.approx(chances.max())
    assert chances[0] == pytest.approx(1 - 1.5 / (len(measured) + 2))


def test_failures_without_a_pattern_give_the_overall_rate() -> None:
    everything = compounds()[0]
    failing = np.random.default_rng(3).random(len(everything)) < 0.15
    told = [m for m, fails in zip(everything[:150], failing, strict=False) if not fails]
    failed = [m for m, fails in zip(everything[:150], failing, strict=False) if fails]
    chances = feasibility(told, failed, everything[150:])
    assert chances.mean() == pytest.approx(1 - len(failed) / 150, abs=0.03)
    assert chances.std() < 0.06


def test_held_out_outcomes_are_likelier_than_at_the_overall_rate() -> None:
    everything = compounds()[0]
    family = np.array([any(a.GetSymbol() == "O" for a in m.rdkit().GetAtoms()) for m in everything])
    fails = family & (np.random.default_rng(5).random(len(everything)) < 0.7)
    order = np.random.default_rng(6).permutation(len(everything))
    known, asked = order[:100], order[100:]
    chances = feasibility(
        [everything[i] for i in known if not fails[i]],
        [everything[i] for i in known if fails[i]],
        [everything[i] for i in asked],
    )

    def likelihood(p: FloatArray) -> float:
        return float(np.log(np.where(fails[asked], 1 - p, p)).mean())

    assert likelihood(chances) > likelihood(np.full(len(asked), 1 - fails[known].mean())) + 0.05


@settings(max_examples=20, deadline=None)
@given(st.lists(st.booleans(), min_size=4, max_size=24).filter(lambda fails: 0 < sum(fails) < len(fails)))
def test_chances_are_chances(fails: list[bool]) -> None:
    everything = compounds()[0]
    told = everything[: len(fails)]
    chances = feasibility(
        [m for m, failed in zip(told, fails, strict=True) if not failed],
        [m for m, failed in zip(told, fails, strict=True) if failed],
        everything[40:80],
    )
    assert ((chances > 0) & (chances < 1)).all()


def priced(molecules: tuple[Molecule, ...]) -> dict[Molecule, float]:
    return {m: float(m.heavy_atoms) ** 4 for m in molecules}


def test_costs_are_learned_from_what_was_paid() -> None:
    asked = question()
    told = replace(asked, spent=priced(tuple(asked.measured)))
    pool = tuple(c.molecule for c in asked.pool)
    seconds, typical = expected_seconds(told, pool)
    true = np.array(list(priced(pool).values()))
    assert np.corrcoef(np.log(seconds), np.log(true))[0, 1] > 0.95
    assert min(told.spent.values()) < typical < max(told.spent.values())


def test_what_is_half_paid_tells_nothing() -> None:
    asked = question(pending=4)
    full = replace(asked, spent=priced(tuple(asked.measured)))
    part = replace(full, spent={**full.spent, **dict.fromkeys(asked.pending, 1e-3)})
    pool = tuple(c.molecule for c in asked.pool[:20])
    np.testing.assert_array_equal(expected_seconds(full, pool)[0], expected_seconds(part, pool)[0])
    assert expected_seconds(asked, pool)[0].tolist() == [1.0] * 20, "nothing was paid yet"


def test_a_loss_grows_where_prospects_are_bad() -> None:
    view = view_of(question()).only([0, 1])
    view = replace(view, prospects=Prospects(np.array([0.5, 1.0]), None, np.array([0.5, 1.0])))
    assert view.discounted(np.array([2.0, 2.0])).tolist() == [1.0, 2.0]
    assert view.discounted(np.array([-2.0, -2.0])).tolist() == [-4.0, -2.0]


def test_remarks_name_doubt_and_cost() -> None:
    found = Prospects(np.array([0.62, 0.95]), np.array([7200.0, 36.0]), np.ones(2))
    assert found.remark(0) == (
        "; measurable with a probability of 62%, as failures go; expected cost 2 core-hours"
    )
    assert found.only([1]).remark(0) == "; expected cost 0.01 core-hours"
