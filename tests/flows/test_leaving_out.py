"""What a campaign never looks at of the user's own list."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.assembly import assemble
from flows.campaign_file import read
from flows.leaving_out import left_out
from flows.templating import write_template
from flows.views import describe

MINE = """CO methanol
[NH3+]CC(=O)[O-] glycine
Ic1ccncc1 iodopyridine
C[NH3+] ammonium
CCF fluoroethane
"""


@pytest.fixture
def own_list(tmp_path: Path) -> Path:
    """The template with a list of the user's own."""
    (tmp_path / "mine.smi").write_text(MINE)
    path = tmp_path / "campaign.toml"
    write_template(path)
    text = path.read_text().replace('"corpus"', '"mine.smi"')
    path.write_text(text.replace("max_logp = 1.1", "max_logp = 2.0"))
    return path


def test_the_limits_and_the_oracles_refuse_and_say_why(own_list: Path) -> None:
    found = left_out(assemble(*read(own_list)))
    assert found["glycine"] == "zwitterion; see [limits]"
    assert found["ammonium"] == "net charge +1; see [limits]"
    assert found["iodopyridine"] == "element I is not allowed; see [limits]"
    assert "no donor atom" in found["fluoroethane"]
    assert found["fluoroethane"].endswith("(oracle zinc_exchange)")
    assert "methanol" not in found


def test_zwitterions_are_let_in_by_the_line_in_the_template(own_list: Path) -> None:
    text = own_list.read_text()
    assert "# allow_zwitterions = true" in text
    own_list.write_text(text.replace("# allow_zwitterions = true", "allow_zwitterions = true"))
    assert "glycine" not in left_out(assemble(*read(own_list)))


def test_validate_tells_it(own_list: Path, capsys: pytest.CaptureFixture[str]) -> None:
    describe(assemble(*read(own_list)))
    text = " ".join(capsys.readouterr().out.split())
    assert "of your own 5 molecules 4 will never be proposed: glycine: zwitterion" in text
