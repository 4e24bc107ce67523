"""What the page on simulation files shows is a simulation file."""

from __future__ import annotations

import tomllib
from itertools import groupby
from pathlib import Path

from flows.simulation.tables import LabelledObjectiveTable, ScenarioTable, SimulationFile

PAGE = Path(__file__).parents[3] / "docs" / "simulation.md"


def blocks() -> dict[str, list[dict[str, object]]]:
    """Every table of every indented block, by its name."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found: dict[str, list[dict[str, object]]] = {}
    for code, some in groupby(lines, lambda line: line.startswith("    ") or not line):
        text = "\n".join(some)
        if code and "[[" in text:
            for name, tables in tomllib.loads(text).items():
                found.setdefault(name, []).extend(tables)
    return found


def test_every_example_is_one() -> None:
    shown = blocks()
    assert [LabelledObjectiveTable.model_validate(table).property for table in shown["objectives"]]
    names = [ScenarioTable.model_validate(table).name for table in shown["scenarios"]]
    assert len(names) == len(set(names)) >= 8


def test_every_key_of_a_file_and_a_scenario_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    keys = {*SimulationFile.model_fields, *ScenarioTable.model_fields} - {"name"}
    assert not [key for key in keys if key not in page]
