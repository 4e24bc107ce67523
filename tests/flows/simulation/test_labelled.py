"""A labelled table is read whole or refused with file, line and column."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from flows.campaign_file import CampaignFileError
from flows.simulation.replaying import open_simulation, replay
from loop.molecule import parse
from tests.flows.simulation.conftest import FILE, SIZE


def complaint(path: Path) -> str:
    with pytest.raises(CampaignFileError) as caught:
        open_simulation(path)
    return str(caught.value)


def spoil(simulation: Path, line: int, column: str, text: str) -> None:
    path = simulation.parent / "table.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[line - 2, column] = text
    table.to_csv(path, index=False)


def test_columns_are_found_with_their_units(simulation: Path) -> None:
    yardstick = open_simulation(simulation).yardstick
    assert [(p.name, p.unit) for p in yardstick.task.labels.properties] == [
        ("tpsa", "angstrom^2"),
        ("refractivity", "1"),
    ]
    assert len(yardstick.task.labels.molecules) == SIZE
    assert yardstick.volume > 0


@pytest.mark.parametrize(
    ("text", "clause"),
    [("", "no value"), ("NaN", "no value"), ("high", "'high' is not a number"), ("inf", "not finite")],
)
def test_a_bad_label_is_named(simulation: Path, text: str, clause: str) -> None:
    spoil(simulation, 7, "refractivity", text)
    found = complaint(simulation)
    assert "table.csv, line 7, column refractivity: " in found
    assert clause in found


def test_a_missing_label_may_be_left_out(simulation: Path) -> None:
    spoil(simulation, 7, "refractivity", "")
    simulation.write_text('missing = "restrict"\n' + FILE)
    yardstick = open_simulation(simulation).yardstick
    assert yardstick.task.left_out == 1
    assert len(yardstick.task.labels.molecules) == SIZE - 1


def test_a_missing_label_may_be_a_failure(simulation: Path) -> None:
    spoil(simulation, 7, "refractivity", "")
    simulation.write_text('missing = "failure"\n' + FILE)
    yardstick = open_simulation(simulation).yardstick
    labels = yardstick.task.labels
    assert labels.failed == {labels.molecules[5]}
    assert len(labels.molecules) == SIZE
    assert 5 not in yardstick.front | yardstick.top
    assert yardstick.volume > 0


def test_what_is_known_beforehand_cannot_fail(simulation: Path) -> None:
    spoil(simulation, 7, "size", "")
    size = 'property = "size"\nunit = "1"\ndirection = "minimize"\nreference = 40.0\nknown = true\n'
    simulation.write_text(f'missing = "failure"\n{FILE}\n[[objectives]]\n{size}')
    assert "table.csv, line 7, column size: no value; fill it in" in complaint(simulation)


def test_a_bad_molecule_is_named(simulation: Path) -> None:
    spoil(simulation, 4, "Smiles", "C1CC")
    assert "table.csv, line 4, column Smiles: 'C1CC' is not a valid SMILES" in complaint(simulation)


def test_a_molecule_with_two_labels_is_refused_and_a_repeat_is_not(simulation: Path) -> None:
    path = simulation.parent / "table.csv"
    table = pd.read_csv(path)
    pd.concat([table, table.iloc[[3]]]).to_csv(path, index=False)
    assert len(open_simulation(simulation).yardstick.task.labels.molecules) == SIZE
    spoil(simulation, SIZE + 2, "refractivity", "1.0")
    assert f"line {SIZE + 2}: " in complaint(simulation)
    assert "stands on line 5 too, with other values" in complaint(simulation)


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        (
            "refractivity = 60",
            "refractivty = 60",
            "there is no column 'refractivty'; did you mean 'refractivity'?",
        ),
        ("evaluations = 24", "evaluations = 500", "500 evaluations, but the pool has 120 molecules"),
        (
            'name = "random"',
            'name = "random"\nasynchronous = true',
            "scenarios[1].asynchronous: needs places = 2 or more, not 1",
        ),
        (
            'name = "random"',
            'name = "random"\nasynchronous = true\nplaces = 2\nbatch = 2',
            "line 14: scenarios[1].batch: an asynchronous scenario has no rounds of a size",
        ),
        ("seeds = 2", "places = 0", "line 7: places: input should be greater than 0, not 0"),
        ("initial = 8", "initial = 24", "leave nothing of 24 evaluations"),
        ("seeds = 2", "sedes = 2", "unknown key; did you mean 'seeds'?"),
        ("table.csv", "tabel.csv", "there is no such table"),
        ('kind = "minmax_gp"', 'kind = "minmax"', "there is no surrogate of kind 'minmax'; did you mean"),
        ('name = "UCB"', 'name = "random"', "the scenario 'random' is given twice"),
        ("tpsa = 20.0", "tpsa = 2000.0", "declare references that some reach"),
        (
            'name = "UCB"',
            'name = "UCB"\ngenerator = { pool = 3 }',
            "3 molecules a round cannot fill a batch of 5; give more",
        ),
        (
            'name = "UCB"',
            'name = "UCB"\ngenetic = true\nsort_by = "size"',
            "give 'genetic' or 'sort_by', not both",
        ),
        ("maximize = { tpsa = 20.0 }", "", ""),
        (
            "minimize = { refractivity = 60.0 }",
            "minimize = { tpsa = 60.0 }",
            "the objective 'tpsa' is given twice",
        ),
    ],
)
def test_a_mistake_in_the_file_is_a_sentence(simulation: Path, old: str, new: str, clause: str) -> None:
    assert old in FILE
    simulation.write_text(FILE.replace(old, new))
    if clause:
        assert clause in complaint(simulation)
    else:
        open_simulation(simulation)  # one objective is enough


def test_one_molecule_is_nothing_to_choose_from(simulation: Path, table: pd.DataFrame) -> None:
    table.head(1).to_csv(simulation.parent / "table.csv", index=False)
    assert "1 labelled molecules; there is nothing to choose" in complaint(simulation)


def test_a_table_separated_otherwise_is_refused(simulation: Path, table: pd.DataFrame) -> None:
    table.to_csv(simulation.parent / "table.csv", index=False, sep=";")
    assert complaint(simulation).endswith("table.csv: columns must be separated by commas, not ';'")


def test_a_unit_that_contradicts_the_header_is_refused(simulation: Path) -> None:
    objective = '[[objectives]]\nproperty = "tpsa"\nunit = "nm^2"\ndirection = "maximize"\nreference = 20.0\n'
    simulation.write_text(FILE.replace("maximize = { tpsa = 20.0 }", "") + objective)
    assert "is in angstrom^2; the objective says nm^2" in complaint(simulation)


CHEAPER = """
[[objectives]]
property = "tpsa"
direction = "maximize"
unit = "angstrom^2"
reference = 20.0
cheaper = "rough"
"""
SCREEN = (
    "screening_seconds = 0.1\n"
    + FILE.replace("maximize = { tpsa = 20.0 }\n", "").replace('name = "UCB"', 'name = "UCB"\nscreen = 10')
    + CHEAPER
)


@pytest.fixture
def screening(simulation: Path, table: pd.DataFrame) -> Path:
    polar = [sum(a.GetSymbol() in "NO" for a in parse(s).rdkit().GetAtoms()) for s in table["Smiles"]]
    table.assign(rough=[20.0 * n for n in polar]).to_csv(simulation.parent / "table.csv", index=False)
    simulation.write_text(SCREEN)
    return simulation


def test_cheaper_estimates_are_read_beside_the_labels(screening: Path) -> None:
    task = open_simulation(screening).yardstick.task
    assert task.cheaper == {"tpsa": "rough"}
    assert task.screening is not None
    assert [(p.name, p.unit) for p in task.screening.properties] == [("rough", "angstrom^2")]
    assert set(task.screening.seconds) == {0.1}
    assert [p.name for p in task.labels.properties] == ["refractivity", "tpsa"]


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        ("screening_seconds = 0.1\n", "", "cheaper estimates have a cost too: give screening_seconds"),
        ("screening_seconds = 0.1\n", 'screening_seconds = "time"\n', "there is no column 'time'"),
        ('cheaper = "rough"', 'cheaper = "ruogh"', "there is no column 'ruogh'; did you mean 'rough'?"),
        ('cheaper = "rough"', "", "a scenario screens, but no objective has a 'cheaper' column"),
        ('cheaper = "rough"', 'cheaper = "rough"\nknown = true', "needs no cheaper estimate"),
        ("screen = 10", "screen = 10\ngenetic = true", "screen needs a surrogate"),
        ("screen = 10", "screen = 10\nasynchronous = true\nplaces = 2", "screen goes by rounds"),
        ("screen = 10", "scren = 10", "did you mean 'screen'?"),
    ],
)
def test_a_mistake_in_screening_is_a_sentence(screening: Path, old: str, new: str, clause: str) -> None:
    assert old in SCREEN
    screening.write_text(SCREEN.replace(old, new))
    assert clause in complaint(screening)


def test_a_missing_estimate_is_named_or_fails(screening: Path) -> None:
    spoil(screening, 7, "rough", "")
    assert "table.csv, line 7, column rough: no value" in complaint(screening)
    screening.write_text('missing = "failure"\n' + SCREEN)
    task = open_simulation(screening).yardstick.task
    assert task.screening is not None
    assert task.screening.failed == {task.labels.molecules[5]}
    assert not task.labels.failed, "what it stands for is there"


def test_screened_candidates_cost_what_they_cost_and_are_no_evaluations(screening: Path) -> None:
    opened = open_simulation(screening)
    rows = replay(opened, "UCB", 0)
    assert list(rows["evaluations"]) == [8, 13, 18, 23, 24]
    assert list(rows["cost_seconds"].round(1)) == pytest.approx(
        [8.8, 8.8 + 5 + 1.0, 8.8 + 10 + 2.0, 8.8 + 15 + 3.0, 8.8 + 16 + 4.0], abs=1.2
    )
    again = replay(opened, "UCB", 0)
    assert list(again["hypervolume"]) == list(rows["hypervolume"])
