from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from flows.assembly import assemble
from flows.campaign_file import CampaignFileError, read
from flows.evaluating import PlainRounds
from flows.laboratory.asking import open_requests
from flows.laboratory.columns import KNOWN
from flows.laboratory.sheets import write_requests
from flows.laboratory.taking import take
from flows.laboratory.views import show_requests
from flows.opening import Opened, begin_or_resume, commit
from flows.store import StoreError
from tests.conftest import EFFICIENCY, conducting


def test_a_row_for_every_reading_that_is_missing(waiting: Opened, tmp_path: Path) -> None:
    asked = write_requests(waiting, tmp_path / "ask.csv", None)
    table = pd.read_csv(tmp_path / "ask.csv", dtype=str, keep_default_na=False)
    assert [r.priority for r in asked] == [1, 2, 3, 4, 5, 6]
    assert list(table.columns) == list(KNOWN)
    assert len(table) == 6 * 3
    first = table[table["request"] == asked[0].short]
    assert list(first["property"] + first["replicate"]) == ["ce1", "ce2", "conductivity1"]
    assert set(first["unit"]) == {"%", "mS/cm"}
    assert (table["value"] == "").all()
    assert first["reason"].iloc[0] == asked[0].pick.reason


def test_what_came_back_is_not_asked_again(waiting: Opened, filled: Path, tmp_path: Path) -> None:
    table = pd.read_csv(filled, dtype=str, keep_default_na=False)
    table.loc[2:, "value"] = ""
    table.to_csv(filled, index=False)
    take(waiting, filled)
    write_requests(waiting, tmp_path / "ask.csv", None)
    left = pd.read_csv(tmp_path / "ask.csv", dtype=str, keep_default_na=False)
    assert len(left) == 16
    assert list(left["property"][:2]) == ["conductivity", "ce"]


def test_the_next_free_replicate_is_asked_for(waiting: Opened, tmp_path: Path) -> None:
    molecule = waiting.ledger.state().asked[0]
    (tmp_path / "in.csv").write_text(
        f"smiles,property,value,unit,replicate\n{molecule.smiles},ce,95,%,2\n", encoding="utf-8"
    )
    take(waiting, tmp_path / "in.csv")
    write_requests(waiting, tmp_path / "ask.csv", None)
    left = pd.read_csv(tmp_path / "ask.csv", dtype=str, keep_default_na=False)
    some = left[(left["smiles"] == molecule.smiles) & (left["property"] == "ce")]
    assert list(some["replicate"]) == ["1"]


def test_the_sheet_shows_structures_and_why(waiting: Opened, tmp_path: Path) -> None:
    asked = write_requests(waiting, None, tmp_path / "sheet.html")
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 6
    assert all(request.short in page for request in asked)
    assert "Zn||Cu, 1 mA/cm2" in page
    assert "<script" not in page


def test_the_list_names_what_is_missing(waiting: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    show_requests(waiting, open_requests(waiting, waiting.ledger.state()))
    told = capsys.readouterr().out
    assert "ce x2" in told
    assert "conductivity" in told


def test_nothing_open_is_said(waiting: Opened, filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take(waiting, filled)
    show_requests(waiting, open_requests(waiting, waiting.ledger.state()))
    assert "nothing waits to be measured" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_a_sentence(waiting: Opened, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write_requests(waiting, tmp_path / "nowhere" / "ask.csv", None)


def _conducted(file: Path) -> Opened:
    opened = begin_or_resume(file, None)
    with opened.store.locked():
        commit(opened)
        run = conducting(opened)
        run.conduct(lambda: PlainRounds(run.evaluator))
    return opened


def _answered(opened: Opened) -> None:
    asked = {r.request.molecule: None for r in open_requests(opened, opened.ledger.state())}
    lines = [f"{m},ce,{k},{97 + n / 9:.3f},%" for n, m in enumerate(asked) for k in (1, 2)]
    lines += [f"{m},conductivity,1,{30 + n},mS/cm" for n, m in enumerate(asked)]
    file = opened.store.directory / "found.csv"
    file.write_text("\n".join(["smiles,property,replicate,value,unit", *lines]) + "\n")
    take(opened, file)


@pytest.mark.slow
def test_a_laboratory_is_asked_about_the_best_of_what_is_computed(laboratory: Path) -> None:
    limited = laboratory.read_text().replace("[limits]", "[laboratory]\nask_best = 2\n\n[limits]")
    laboratory.write_text(limited)
    opened = _conducted(laboratory)
    computed = opened.assembled.definition.objectives[::2]
    assert [o.property for o in computed] == ["tpsa", "sa"]
    state = opened.ledger.state()
    at_people = [r.molecule for r in state.pending]
    assert state.evaluations == 6
    assert at_people == state.best(computed)[:4], "four are needed before anything is learned"
    _answered(opened)
    opened.ledger.close()
    opened = _conducted(laboratory)
    state = opened.ledger.state()
    assert state.evaluations == 10
    new = [r.molecule for r in state.pending]
    assert new == [m for m in state.best(computed) if m not in at_people][:2]
    opened.ledger.close()


def test_the_best_cannot_be_told_where_nothing_is_computed(laboratory: Path) -> None:
    text = laboratory.read_text().replace("[limits]", "[laboratory]\nask_best = 2\n\n[limits]")
    head, _, rest = text.partition("[[objectives]]")
    _, _, after = rest.partition("[budget]")
    measured = "[[objectives]]\n" + EFFICIENCY + "\n\n[budget]"
    laboratory.write_text(head + measured + after)
    with pytest.raises(CampaignFileError, match=r"laboratory.ask_best: no objective is computed"):
        assemble(*read(laboratory))
