"""The tables of docs/cluster.md are what the program reads."""

from __future__ import annotations

import re
import tomllib

from flows.campaign_file.tables import FailuresTable, WorkersTable
from tests.conftest import ROOT


def test_every_table_is_read_with_what_is_commented_out_too() -> None:
    text = (ROOT / "docs" / "cluster.md").read_text()
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        content = tomllib.loads(re.sub(r"^# (\w+ = )", r"\1", block, flags=re.MULTILINE))
        if "failures" in content:
            FailuresTable.model_validate(content["failures"])
        else:
            assert WorkersTable.model_validate(content["workers"]).cluster is not None
