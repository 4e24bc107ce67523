"""What is concluded from curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from flows.simulation.measures import REACHED
from flows.simulation.summary import Summary, summarise


def curves(heights: dict[str, float], seeds: int, noise: float) -> pd.DataFrame:
    """Straight lines to a height in 10 rounds, the noise shared by all scenarios of a seed."""
    rng = np.random.default_rng(0)
    rows = []
    for seed in range(seeds):
        luck = noise * rng.standard_normal()
        for name, height in heights.items():
            for k in range(11):
                share = float(np.clip((height + luck) * k / 10, 0, 1))
                rows.append(
                    {
                        "scenario": name,
                        "seed": seed,
                        "round": k,
                        "evaluations": 10 + 5 * k,
                        "hypervolume_share": share,
                        "pareto_recall": share,
                        "top_recall": share,
                        "distance": 1 - share,
                        "cost_seconds": 60.0 * k,
                        "clock_seconds": 30.0 * k,
                        "idle": 0.25,
                        "seconds_to_reach": 30.0 * k - 1 if share >= REACHED else np.nan,
                        "fit_seconds": 0.1,
                        "proposal_seconds": 0.1,
                    }
                )
    return pd.DataFrame(rows)


def test_paired_seeds_see_through_shared_luck() -> None:
    found = summarise(curves({"random": 0.4, "good": 0.8, "better": 0.85}, 20, 0.05))
    assert list(found.table["scenario"]) == ["better", "good", "random"]
    best = found.table.iloc[0]
    assert best["area_over_random"] == pytest.approx(0.225, abs=0.01)
    assert best["area_over_random_low"] > 0.2
    assert best["enrichment"] == pytest.approx(0.85 / 0.4, rel=0.1)
    assert best["acceleration"] == pytest.approx(60 / 35, rel=0.1)
    assert found.advice.startswith("Use 'better': it is ahead of every other")


def test_chance_is_called_chance() -> None:
    table = curves({"random": 0.5, "luck": 0.5}, 20, 0.0)
    table["hypervolume_share"] += np.random.default_rng(1).normal(0, 0.05, len(table))
    assert summarise(table).advice.startswith("No strategy is shown to beat chance")


def test_few_seeds_decide_nothing() -> None:
    assert "decide nothing" in summarise(curves({"random": 0.4, "good": 0.8}, 3, 0.01)).advice


def test_without_a_control_nothing_is_compared_with_it() -> None:
    found = summarise(curves({"a": 0.4, "b": 0.8}, 6, 0.01))
    assert "area_over_random" not in found.table
    assert "'b'" in found.advice


def test_time_to_reach_is_a_median_in_which_never_is_late() -> None:
    table = curves({"often": 1.0, "seldom": 1.0}, 5, 0.0)
    lost = (table["scenario"] == "seldom") & (table["seed"] < 3) | (table["seed"] == 4)
    table.loc[lost, "hypervolume_share"] *= 0.9
    found = summarise(table).table.set_index("scenario")
    often, seldom = found.loc["often"], found.loc["seldom"]
    assert (often["reached"], seldom["reached"]) == (0.8, 0.2)
    assert often["evaluations_to_reach"] == 60
    assert often["core_hours_to_reach"] == pytest.approx(600 / 3600)
    assert often["hours_to_reach"] == often["hours_to_reach_low"] == pytest.approx(299 / 3600)
    assert seldom["hours_to_reach"] == seldom["hours_to_reach_high"] == np.inf
    assert often["clock_hours"] == pytest.approx(300 / 3600)
    assert often["idle"] == 0.25


def test_areas_begin_where_all_curves_have_begun() -> None:
    """Filling free places decides before the last of the initial molecules is answered."""
    late = curves({"b": 0.8}, 5, 0.0)
    early = late[late["round"] == 0].assign(evaluations=4, hypervolume_share=0.0, scenario="a")
    both = pd.concat([late, early, late.assign(scenario="a", round=late["round"] + 1)])
    areas = summarise(both).table.set_index("scenario")["area"]
    assert areas["a"] == pytest.approx(areas["b"]) == pytest.approx(0.4)


def test_a_useless_surrogate_is_told_of_once_for_each_property() -> None:
    calibration = pd.DataFrame(
        {"scenario": ["default", "UCB", "default"], "property": ["a", "a", "b"], "alarm": [1.0, 0.6, 0.5]}
    )
    assert Summary(pd.DataFrame(), "", calibration).alarms == [
        "the surrogate of a was of no use or too sure of itself in most seeds (default 100%, UCB 60%)"
    ]
