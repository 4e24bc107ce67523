"""What the laboratory is handed, and what must not be lost by it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from flows.laboratory.asking import open_requests
from flows.laboratory.sheets import write_requests
from flows.laboratory.taking import take
from flows.laboratory.views import show_requests
from flows.opening import Opened, begin_or_resume, commit, existing
from flows.store import StoreError
from loop.molecule import parse
from loop.records import Candidate, Pick


def test_the_sheet_says_which_replicate_belongs_where(waiting: Opened, tmp_path: Path) -> None:
    molecule = waiting.ledger.state().asked[0]
    (tmp_path / "in.csv").write_text(f"smiles,property,value,unit\n{molecule.smiles},ce,95,%\n")
    take(waiting, tmp_path / "in.csv")
    write_requests(waiting, None, tmp_path / "sheet.html")
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    first, second, *_ = page.split("<section")[1:]
    cells = r"<tr><td>(\w+) / [^<]+</td><td>(\d)</td><td class=\"blank\"></td>"
    assert re.findall(cells, first) == [("ce", "2"), ("conductivity", "1")]
    assert re.findall(cells, second) == [("ce", "1"), ("ce", "2"), ("conductivity", "1")]
    assert "Each line is one cell made anew" in page


def test_a_table_with_semicolons_comes_back(waiting: Opened, tmp_path: Path) -> None:
    file = tmp_path / "ask.csv"
    first = open_requests(waiting, waiting.ledger.state())[0]
    waiting.ledger.claim(first.request.key, "Zoë")
    write_requests(waiting, file, None, semicolons=True)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel would read two letters for the last one"
    table = pd.read_csv(file, sep=";", dtype=str, keep_default_na=False)
    assert table["claimed"][0] == "Zoë"
    table["value"] = "50,5"
    table.to_csv(file, sep=";", index=False, encoding="utf-8-sig")
    assert len(take(waiting, file).intake.news) == 18
    values = waiting.ledger.state().values["ce"].values()
    assert {value.value for value in values} == {50.5}


def test_readings_that_were_not_imported_are_not_replaced(waiting: Opened, tmp_path: Path) -> None:
    file = tmp_path / "ask.csv"
    write_requests(waiting, file, None)
    write_requests(waiting, file, None)
    content = file.read_text().replace(",ce,1,,%", ",ce,1,96.5,%", 1)
    file.write_text(content)
    with pytest.raises(StoreError, match=r"ask.csv: not replaced, .* not imported yet \(1\)"):
        write_requests(waiting, file, None)
    assert file.read_text() == content
    take(waiting, file)
    write_requests(waiting, file, None)
    assert len(pd.read_csv(file)) == 17


def test_another_file_is_not_replaced(waiting: Opened, tmp_path: Path) -> None:
    other = tmp_path / "campaign.toml"
    other.write_text('name = "quick"\n')
    with pytest.raises(StoreError, match=r"campaign.toml: is there already, and cannot be imported"):
        write_requests(waiting, other, None)
    with pytest.raises(StoreError, match=r"campaign.toml: is there already, and no page"):
        write_requests(waiting, tmp_path / "ask.csv", other)
    assert other.read_text() == 'name = "quick"\n'
    assert not (tmp_path / "ask.csv").exists(), "both are written or none"
    for _ in range(2):
        write_requests(waiting, None, tmp_path / "ask.html")


def test_a_place_that_cannot_be_written_is_named_as_given(waiting: Opened, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    there = sorted(tmp_path.iterdir())
    for place in (tmp_path / "folder", tmp_path / "nowhere" / "ask.html"):
        with pytest.raises(StoreError) as caught:
            write_requests(waiting, None, place)
        assert str(caught.value).startswith(f"{place}: cannot be written: ")
    assert sorted(tmp_path.iterdir()) == there, "nothing half written is left"


def test_why_nothing_waits_and_what_to_run(
    laboratory: Path, plugin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = begin_or_resume(laboratory, None)
    commit(opened)
    home = opened.store.directory
    show_requests(opened, [])
    assert f"nothing was asked yet; 'zincloop run {home}'" in " ".join(capsys.readouterr().out.split())
    pick = Pick(Candidate(parse("CCO"), "library"), "initial design", None)
    opened.ledger.open_round(0, 1, [pick], [], {})
    show_requests(opened, [])
    assert "it is when" in " ".join(capsys.readouterr().out.split())
    opened.ledger.close_campaign("stopped")
    show_requests(opened, [])
    assert "the campaign has ended (stopped)" in " ".join(capsys.readouterr().out.split())
    opened.ledger.close()


def test_a_wrong_path_is_not_taken_for_a_file_to_be_written(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere: there is no such campaign here"):
        existing(tmp_path / "nowhere")
