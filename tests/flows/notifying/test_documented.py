"""What the page on unattended campaigns shows can be written in a campaign file, and nothing is left out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from flows.campaign_file.tables import NotificationsTable
from flows.notifying.message import Kind

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "unattended.md").read_text(encoding="utf-8")
TEMPLATE = (ROOT / "flows" / "templates" / "campaign.toml").read_text(encoding="utf-8")


def test_the_example_is_one() -> None:
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    shown = tomllib.loads(found[1])["notifications"]
    assert NotificationsTable.model_validate(shown).on == NotificationsTable().on
    assert set(shown) == set(NotificationsTable.model_fields)


def test_every_kind_is_explained() -> None:
    assert not [kind for kind in Kind if f"| `{kind}` |" not in PAGE]


def test_the_template_holds_it_commented() -> None:
    lines = TEMPLATE.split("# [notifications]")[1].split("\n\n")[0].splitlines()[1:]
    table = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines))
    assert NotificationsTable.model_validate(table).on == NotificationsTable().on
