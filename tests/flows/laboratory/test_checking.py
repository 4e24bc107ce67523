"""What the laboratory measures, held against what is computed and should go with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.assembly import assemble
from flows.campaign_file import CampaignFileError, read
from flows.laboratory.taking import take
from flows.opening import Opened
from flows.report.page import render
from flows.status import show_status
from flows.views import describe


def test_status_and_report_tell_how_measured_and_computed_go_together(
    waiting: Opened, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tpsa = waiting.ledger.state().values["tpsa"]
    lines = [f"{m},conductivity,{10 + v.value / 7:.4f},mS/cm" for m, v in tpsa.items()]
    file = tmp_path / "found.csv"
    file.write_text("\n".join(["smiles,property,value,unit", *lines]) + "\n")
    take(waiting, file)
    show_status(waiting)
    told = " ".join(capsys.readouterr().out.split())
    assert f"conductivity (measured) and tpsa (computed): rank correlation 1.00 over {len(tpsa)}" in told
    page = render(waiting)
    assert "Computed and measured" in page
    assert "computed tpsa" in page
    assert waiting.ledger.state().values["tpsa"] == tpsa, "what was measured changed what was computed"


def test_a_check_on_what_nothing_computes_is_refused(laboratory: Path) -> None:
    laboratory.write_text(laboratory.read_text().replace('checks = "tpsa"', 'checks = "tspa"'))
    with pytest.raises(CampaignFileError, match=r"line \d+: oracles\[3\].assays\[2\].checks: .*mean 'tpsa'"):
        assemble(*read(laboratory))


def test_what_is_measured_for_nothing_is_told(laboratory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    describe(assemble(*read(laboratory)))
    assert "will be measured" not in capsys.readouterr().out
    laboratory.write_text(laboratory.read_text().replace('checks = "tpsa"\n', ""))
    describe(assemble(*read(laboratory)))
    assert "note: conductivity will be measured, but is no objective" in capsys.readouterr().out
