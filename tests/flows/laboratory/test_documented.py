"""What the page on the laboratory shows can be written in a campaign file, and nothing is left out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from flows.campaign_file.tables import LaboratoryTable, ObjectiveTable
from flows.laboratory.columns import REPORTED, WHICH
from oracles.laboratory import AssayTable, Laboratory

PAGE = (Path(__file__).parents[3] / "docs" / "laboratory.md").read_text(encoding="utf-8")


def example() -> str:
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_is_one() -> None:
    # Also what is commented out has to be right.
    shown = tomllib.loads(re.sub(r"^# ", "", example(), flags=re.MULTILINE))
    objective = ObjectiveTable.model_validate(shown["objectives"][0])
    laboratory = Laboratory.model_validate(shown["oracles"][0])
    assert (objective.property, objective.unit) in [(p.name, p.unit) for p in laboratory.properties]
    waiting = LaboratoryTable.model_validate(shown["laboratory"]).waiting()
    assert waiting.until == 1798070400.0, "midnight UTC of 2026-12-24"


def test_every_key_and_column_is_explained() -> None:
    keys = {*LaboratoryTable.model_fields, *AssayTable.model_fields} - {"description"}
    assert not [key for key in keys if f"{key} = " not in example()]
    assert not [column for column in (*WHICH, *REPORTED) if f"`{column}`" not in PAGE]
