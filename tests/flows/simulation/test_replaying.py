"""One scenario, one seed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from flows.simulation.measures import REACHED
from flows.simulation.replaying import open_simulation, replay
from tests.flows.simulation.conftest import FILE, SIZE

TIMES = ["fit_seconds", "proposal_seconds"]
SLOW = 'seconds = "size"\nplaces = 3\n'
UCB = 'acquisition = { kind = "scalarised_ucb" }\nsurrogate = { kind = "minmax_gp" }'


def test_rows_agree_for_the_same_seed_and_scenarios_begin_alike(simulation: Path) -> None:
    opened = open_simulation(simulation)
    one, again = replay(opened, "UCB", 3), replay(opened, "UCB", 3)
    pd.testing.assert_frame_equal(one.drop(columns=TIMES), again.drop(columns=TIMES))
    control = replay(opened, "random", 3)
    assert one["hypervolume"].iloc[0] == control["hypervolume"].iloc[0], "the same first molecules"
    assert list(one["evaluations"]) == [8, 13, 18, 23, 24]


def test_figures_grow_with_what_is_measured(simulation: Path) -> None:
    simulation.write_text(FILE.replace("evaluations = 24", "evaluations = 120"))
    rows = replay(open_simulation(simulation), "UCB", 0)
    for column in ("hypervolume_share", "pareto_recall", "top_recall"):
        assert rows[column].is_monotonic_increasing
        assert rows[column].iloc[-1] == 1.0, "the whole pool was measured"
    assert rows["distance"].iloc[-1] == 0.0


def scenario(simulation: Path, extra: str, head: str = "") -> pd.DataFrame:
    simulation.write_text(head + FILE + f'\n[[scenarios]]\nname = "other"\n{extra}\n')
    return replay(open_simulation(simulation), "other", 0)


def test_failures_are_put_in_and_charged(simulation: Path) -> None:
    rows = scenario(simulation, 'failures = 0.5\nacquisition = { kind = "greedy" }')
    assert 4 <= rows["failures"].iloc[-1] <= 20
    assert rows["cost_seconds"].iloc[-1] == 24.0


def test_failures_of_the_table_are_asked_and_charged(simulation: Path, table: pd.DataFrame) -> None:
    fails = table["Smiles"].str.contains("N")
    table.assign(refractivity=table["refractivity"].where(~fails)).to_csv(
        simulation.parent / "table.csv", index=False
    )
    simulation.write_text('missing = "failure"\n' + FILE.replace("evaluations = 24", f"evaluations = {SIZE}"))
    rows = replay(open_simulation(simulation), "random", 0)
    assert rows["failures"].iloc[-1] == fails.sum()
    assert rows["cost_seconds"].iloc[-1] == SIZE
    assert rows["hypervolume_share"].iloc[-1] == 1.0, "of what can be measured"
    learned = replay(open_simulation(simulation), "UCB", 0)
    assert learned["failures"].iloc[10] < rows["failures"].iloc[10]


def test_a_column_can_be_sorted_by(simulation: Path) -> None:
    rows = scenario(simulation, 'sort_by = "size"')
    down = scenario(simulation, 'sort_by = "size"\ndescending = true')
    assert rows["best refractivity"].iloc[-1] <= down["best refractivity"].iloc[-1]


def test_training_once_is_not_training(simulation: Path) -> None:
    once = scenario(simulation, 'train_once = true\nacquisition = { kind = "greedy" }')
    always = scenario(simulation, 'acquisition = { kind = "greedy" }')
    assert once["hypervolume"].iloc[1] == always["hypervolume"].iloc[1], "one round with the same knowledge"
    assert not once["hypervolume"].equals(always["hypervolume"])


def test_noise_is_told_to_the_surrogate_and_changes_the_picks(simulation: Path) -> None:
    quiet = scenario(simulation, 'acquisition = { kind = "greedy" }')
    noisy = scenario(simulation, 'acquisition = { kind = "greedy" }\nnoise = { tpsa = 30.0 }')
    assert not quiet["hypervolume"].equals(noisy["hypervolume"])


def test_places_save_time_and_change_nothing_else(simulation: Path) -> None:
    alone, three = (scenario(simulation, UCB, SLOW.replace("3", n)) for n in ("1", "3"))
    same = alone.columns.drop([*TIMES, "clock_seconds", "idle", "seconds_to_reach"])
    pd.testing.assert_frame_equal(alone[same], three[same])
    assert alone["clock_seconds"].equals(alone["cost_seconds"])
    assert (alone["idle"] == 0).all()
    assert (three["clock_seconds"] < alone["clock_seconds"]).all()
    work = three["clock_seconds"] * 3 * (1 - three["idle"])
    assert work.tolist() == pytest.approx(three["cost_seconds"].tolist())


def test_filled_places_stand_idle_less(simulation: Path) -> None:
    late = f"lateness = 1.0\n{UCB}"
    rounds = scenario(simulation, f"batch = 3\n{late}", SLOW)
    filled, again = (scenario(simulation, f"asynchronous = true\n{late}", SLOW) for _ in range(2))
    pd.testing.assert_frame_equal(filled.drop(columns=TIMES), again.drop(columns=TIMES))
    assert filled["idle"].iloc[-1] < rounds["idle"].iloc[-1]
    assert filled["evaluations"].iloc[-1] == rounds["evaluations"].iloc[-1] == 24
    assert filled["clock_seconds"].is_monotonic_increasing
    assert len(filled) == 24 - 8 + 1, "every molecule after the design is a decision of its own"


def test_a_late_answer_costs_time_and_no_work(simulation: Path) -> None:
    punctual = scenario(simulation, UCB, SLOW)
    late = scenario(simulation, f"lateness = 1.0\n{UCB}", SLOW)
    same = ["evaluations", "cost_seconds", "hypervolume"]
    pd.testing.assert_frame_equal(late[same], punctual[same])
    assert not late["clock_seconds"].equals(punctual["clock_seconds"])


def test_the_time_to_reach_is_that_of_the_answer_and_not_of_the_round(simulation: Path) -> None:
    everything = SLOW + "batch = 60\n"
    text = everything + FILE.replace("evaluations = 24", "evaluations = 120")
    simulation.write_text(text)
    opened = open_simulation(simulation)
    rows = replay(opened, "UCB", 0)
    first = int((rows["hypervolume_share"] >= REACHED).argmax())
    assert rows["seconds_to_reach"].iloc[:first].isna().all()
    reached = rows["seconds_to_reach"].iloc[first:]
    assert reached.nunique() == 1
    assert reached.iloc[0] < rows["clock_seconds"].iloc[first]
    assert first == 0 or reached.iloc[0] > rows["clock_seconds"].iloc[first - 1]


def test_run_times_are_part_of_what_a_simulation_is(simulation: Path) -> None:
    simulation.write_text(SLOW + FILE)
    before = open_simulation(simulation).fingerprint
    table = simulation.parent / "table.csv"
    pd.read_csv(table).assign(size=lambda t: t["size"] + 1).to_csv(table, index=False)
    assert open_simulation(simulation).fingerprint != before
