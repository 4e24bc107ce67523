"""What the page on the laboratory shows can be written in a campaign file, and nothing is left out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from flows.campaign_file.tables import LaboratoryTable, ObjectiveTable
from flows.laboratory.columns import REPORTED, WHICH
from flows.opening import Opened
from oracles.laboratory import AssayTable, Laboratory
from tests.flows.laboratory.conftest import Served

PAGE = (Path(__file__).parents[3] / "docs" / "laboratory.md").read_text(encoding="utf-8")


def example(language: str = "toml") -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
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


def test_the_examples_over_http_work_as_written(served: Served, waiting: Opened) -> None:
    base, first = str(served.client.base_url), waiting.ledger.state().pending[0]

    def here(text: str) -> str:
        changes = {"my-campaign": served.home.name, "http://127.0.0.1:8765": base, "3f9a1c02": first.key[:8]}
        for written, meant in changes.items():
            assert written in text or written == "3f9a1c02"
            text = text.replace(written, meant)
        return text

    def printed(*command: str) -> str:
        done = subprocess.run(command, cwd=served.home.parent, check=True, capture_output=True, text=True)
        return done.stdout

    if shutil.which("curl"):
        told = printed("sh", "-ec", here(example("sh")))
        assert "acetone" in told
        assert '"dry_run":true,"new":1' in told
    assert not waiting.ledger.state().notebook.reported
    assert "'dry_run': False, 'new': 1" in printed(sys.executable, "-c", here(example("python")))
    assert [r.reading.operator for r in waiting.ledger.state().notebook.reported] == ["cycler 3"]
    assert [claim.by for claim in waiting.ledger.state().claims.values()] == ["cycler 3"]
