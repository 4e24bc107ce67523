"""A laboratory's file is taken in whole or not at all, and every wrong line is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from flows.exporting import write_export
from flows.laboratory.row import RefusedError
from flows.laboratory.taking import take
from flows.laboratory.views import show_taken
from flows.opening import Opened, existing
from flows.report import write_report
from flows.store import StoreError


def written(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def complaint(opened: Opened, file: Path) -> str:
    before = opened.ledger.digest()
    with pytest.raises(StoreError) as caught:
        take(opened, file)
    assert opened.ledger.digest() == before, "nothing of a refused file may be taken in"
    return str(caught.value)


def test_a_whole_file_answers_every_request(waiting: Opened, filled: Path) -> None:
    dry = take(waiting, filled, dry=True)
    assert len(dry.intake.news) == 18
    assert dry.answered == 0
    assert not waiting.ledger.state().notebook.reported
    taken = take(waiting, filled)
    assert (len(taken.intake.news), taken.intake.known, taken.empty) == (18, 0, 0)
    assert taken.answered == 6
    assert not waiting.ledger.state().pending
    value = next(iter(waiting.ledger.state().values["ce"].values()))
    assert value.value == pytest.approx(95.05)
    assert value.uncertainty == pytest.approx(0.3 / 2**0.5)


def test_the_same_file_twice_changes_nothing(waiting: Opened, filled: Path) -> None:
    take(waiting, filled)
    digest, events = waiting.ledger.digest(), len(waiting.ledger.history())
    again = take(waiting, filled)
    assert (again.intake.news, again.intake.known, again.answered) == ((), 18, 0)
    assert waiting.ledger.digest() == digest
    assert len(waiting.ledger.history()) == events


def test_a_file_filled_in_little_by_little_comes_to_the_same(waiting: Opened, filled: Path) -> None:
    table = written(filled)
    for count in (5, 11, 18):
        part = table.copy()
        part.loc[count:, "value"] = ""
        part.to_csv(filled, index=False)
        taken = take(waiting, filled)
        assert taken.empty == 18 - count
    assert taken.answered + taken.intake.known > 0
    assert not waiting.ledger.state().pending


def test_units_are_converted_and_it_is_said(waiting: Opened, filled: Path) -> None:
    table = written(filled)
    table["unit"] = ["1" if u == "%" else "S/m" for u in table["unit"]]
    table["value"] = [
        str(float(v) / 100) if u == "1" else str(float(v) / 10)
        for v, u in zip(table["value"], table["unit"], strict=True)
    ]
    table.loc[0, "uncertainty"] = "0.002"
    table.to_csv(filled, index=False)
    taken = take(waiting, filled)
    assert taken.converted == ("ce from 1 to %", "conductivity from S/m to mS/cm")
    first = taken.intake.news[0]
    assert first.value == pytest.approx(95.0)
    assert first.uncertainty == pytest.approx(0.2)
    assert first.unit == "%"


def test_a_failed_attempt_is_reported_without_a_value(
    waiting: Opened, filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = written(filled)
    first = table["request"] == table["request"][0]
    table.loc[first & (table["property"] == "ce"), ["value", "valid", "notes"]] = ["", "no", "precipitate"]
    table.to_csv(filled, index=False)
    taken = take(waiting, filled)
    show_taken(waiting, taken, dry=False)
    told = capsys.readouterr().out
    assert "18 new readings, 2 of them not valid" in told
    assert "6 requests answered by this, 0 still open" in told
    state = waiting.ledger.state()
    assert [a.outcome.reason for a in state.failures] == ["no valid reading of ce: precipitate"]  # type: ignore[union-attr]
    assert len(state.values["conductivity"]) == 6


def test_what_was_not_asked_is_taken_in_only_if_that_is_meant(waiting: Opened, filled: Path) -> None:
    filled.write_text("smiles,property,value,unit\nCCCCCO,ce,93.5,%\n")
    assert "line 2, column smiles: CCCCCO was never asked about; the option 'unsolicited'" in complaint(
        waiting, filled
    )
    take(waiting, filled, unsolicited=True)
    values = waiting.ledger.state().values["ce"]
    assert [(m.smiles, v.value) for m, v in values.items()] == [("CCCCCO", 93.5)]


def test_any_smiles_of_a_molecule_will_do(waiting: Opened, filled: Path) -> None:
    molecule = waiting.ledger.state().asked[0]
    filled.write_text(f"smiles,property,value,unit\n{molecule.smiles},ce,93.5,%\n")
    assert take(waiting, filled).intake.news[0].molecule == molecule


def test_an_order_of_magnitude_is_doubted(waiting: Opened, filled: Path) -> None:
    take(waiting, filled)
    filled.write_text("smiles,property,value,unit\nCCCCCO,conductivity,0.001,mS/cm\n")
    taken = take(waiting, filled, unsolicited=True)
    assert len(taken.doubts) == 1
    assert "CCCCCO: conductivity is 0.001 mS/cm" in taken.doubts[0]


def test_a_conflict_names_its_line(waiting: Opened, filled: Path) -> None:
    take(waiting, filled)
    table = written(filled)
    table.loc[3, "value"] = "50"
    table.to_csv(filled, index=False)
    assert f"{filled}, line 5: replicate" in complaint(waiting, filled)
    table.loc[3, "correction"] = "yes"
    table.to_csv(filled, index=False)
    assert len(take(waiting, filled).intake.news) == 1


HEAD = "request,property,value,unit,uncertainty,valid,correction,date,replicate,notes"

BAD_CELLS = [
    ('{r},ce,"96,3",%,,,,,,', "column value: '96,3' has a decimal comma; write 96.3"),
    ('{r},ce,"1.096,3",%,,,,,,', "write 1096.3"),
    ("{r},ce,high,%,,,,,,", "'high' is not a number"),
    ("{r},ce,nan,%,,,,,,", "'nan' is not finite"),
    ("{r},ce,inf,%,,,,,,", "'inf' is not finite"),
    ("{r},ce,1e999,%,,,,,,", "is not finite"),
    ("{r},ce,n/a,%,,,,,,", "leave the cell empty if it was not measured"),
    ("{r},ce,-,%,,,,,,", "leave the cell empty if it was not measured"),
    ("{r},ce,<96,%,,,,,,", "'<96' is not a number"),
    ('{r},conductivity,"1,234",mS/cm,,,,,,', "'1,234' has a mark between thousands; write 1234 or 1.234"),
    ("{r},conductivity,1 234.5,mS/cm,,,,,,", "has a mark between thousands; write 1234.5"),
    ("{r},ce,96 3,%,,,,,,", "'96 3' is not a number"),
    ("{r},ce,−3,%,,,,,,", "-3 % is below 0 %"),
    ('{r},ce,"96,3 %",%,,,,,,', "'%' belongs into the column unit"),
    ("acetone,ce,96.2,%,,,,,,", "'acetone' was never asked; as a name or CAS number it is CC(C)=O"),
    ("67-64-1,ce,96.2,%,,,,,,", "'67-64-1' was never asked; as a name or CAS number it is CC(C)=O"),
    ("{r},CE,96.2,%,,,,,,", "'CE' is not asked for; did you mean 'ce'?"),
    ("{r},ce,96 %,%,,,,,,", "'%' belongs into the column unit"),
    ("{r},ce,96.2±0.3,%,,,,,,", "belongs into the column unit"),
    ("{r},ce,1_000,%,,,,,,", "'1_000' is not a number"),
    ("{r},ce,=A1*2,%,,,,,,", "'=A1*2' is a formula"),
    ("{r},ce,@SUM(A1),%,,,,,,", "is a formula"),
    ("{r},ce,2026-03-05,%,,,,,,", "'2026-03-05' is a date"),
    ("{r},ce,5.3.2026,%,,,,,,", "'5.3.2026' is a date"),
    ("{r},ce,05. Mar,%,,,,,,", "'05. Mar' is a date"),
    ("{r},ce,Mar 05,%,,,,,,", "'Mar 05' is a date"),
    ("{r},ce,Mrz-95,%,,,,,,", "'Mrz-95' is a date"),
    ("{r},ce,96.2.1,%,,,,,,", "is not a number"),
    ("{r},ce,9620,%,,,,,,", "9620 % is above 100 %, where ce cannot be"),
    ("{r},ce,-3,%,,,,,,", "-3 % is below 0 %"),
    ("{r},ce,96.2,1,,,,,,", "9620 % is above 100 %"),
    ("{r},ce,96.2,,,,,,,", "column unit: empty; write '%'"),
    ("{r},ce,96.2,V,,,,,,", "'V' does not convert to '%'"),
    ("{r},conductivity,40,S,,,,,,", "'S' does not convert to 'mS/cm'"),
    ("{r},cee,96.2,%,,,,,,", "'cee' is not asked for; did you mean 'ce'?"),
    ("{r},,96.2,%,,,,,,", "column property: empty; write one of ce, conductivity"),
    ("{r},ce,96.2,%,0,,,,,", "column uncertainty: must be above 0"),
    ("{r},ce,96.2,%,-1,,,,,", "column uncertainty: must be above 0"),
    ("{r},ce,96.2,%,small,,,,,", "column uncertainty: 'small' is not a number"),
    ("{r},ce,,%,0.3,,,,,", "column uncertainty: there is no value that it could belong to"),
    ("{r},ce,96.2,%,,perhaps,,,,", "column valid: 'perhaps' is neither yes nor no"),
    ("{r},ce,96.2,%,,,si,,,", "column correction: 'si' is neither yes nor no"),
    ("{r},ce,96.2,%,,,,22.11.2026,,", "column date: '22.11.2026' is not a date"),
    ("{r},ce,96.2,%,,,,2199-01-01,,", "2199-01-01 has not come yet"),
    ("{r},ce,96.2,%,,,,,,=cmd()", "column notes: '=cmd()' is a formula"),
    ("{r},ce,96.2,%,,,,,,a\x07b", "holds a control character"),
    ("{r},ce,96.2,%,,,,,,{long}", "3000 characters; 2000 are the most"),
    (",ce,96.2,%,,,,,,", "column request: empty, and so is smiles"),
    ("ffffffff,ce,96.2,%,,,,,,", "'ffffffff' was never asked"),
    ("{r},ce,96.2,%,,,,,,,x", "11 cells under 10 columns"),
    ("{r},ce,96.2,%", "4 cells under 10 columns"),
    ("{r},ce,96.2,%,,,,,1,\n{r},ce,96.4,%,,,,,1,", "line 4: replicate 1 of ce is there already with 96.2 %"),
]


@pytest.mark.parametrize(("row", "clause"), BAD_CELLS)
def test_a_bad_cell_is_named_and_nothing_taken_in(
    waiting: Opened, tmp_path: Path, row: str, clause: str
) -> None:
    good, bad = (r.key[:8] for r in waiting.ledger.state().pending[:2])
    file = tmp_path / "bad.csv"
    lines = [HEAD, f"{good},ce,95,%,,,,,,", row.format(r=bad, long="x" * 3000)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = complaint(waiting, file)
    assert told.startswith(f"{file}, line {4 if 'line 4' in clause else 3}")
    assert clause in told


BAD_FILES = [
    (b"", "empty; 'zincloop lab requests"),
    (b"request|property|value|unit\na|ce|95|%\n", "names of columns are needed here, separated by commas"),
    (b"Cells of May,,,\nrequest,property,value,unit\n", "line 1: names of columns are needed here"),
    (b"\n\n<html><body>login</body></html>", "line 3: names of columns are needed here"),
    (b"request,property,value,unit,,note\n", "there is no column 'note'; did you mean 'notes'?"),
    (b"\x89PNG\r\n\x1a\n\0\0", "holds a NUL byte"),
    (b"request,property,value\n", "line 1: a column 'unit' is needed"),
    (b"name,property,value,unit\n", "a column 'request' or 'smiles' is needed"),
    (b"request,property,valeu,unit\n", "there is no column 'valeu'; did you mean 'value'?"),
    (b"request,property,value,unit,value\n", "the column 'value' is there twice"),
    (b'request,property,value,unit\na,"ce,95,%\n', "not CSV"),
    (b"request,property,value,unit\n\xff\xfe,ce,95,%\n", "not UTF-8 text"),
    (b"request,property,value,unit\na\0,ce,95,%\n", "holds a NUL byte"),
    (b"PK\x03\x04rest", "a spreadsheet; save it as CSV"),
    (b"\xd0\xcf\x11\xe0rest", "a spreadsheet; save it as CSV"),
]


@pytest.mark.parametrize(("content", "clause"), BAD_FILES)
def test_a_bad_file_is_a_sentence(waiting: Opened, tmp_path: Path, content: bytes, clause: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    assert clause in complaint(waiting, file)


def test_a_file_that_is_not_there_none_or_too_large_is_a_sentence(waiting: Opened, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for none in (tmp_path, tmp_path / "pipe.csv"):
        assert complaint(waiting, none) == f"{none}: not a file"
    assert "cannot be read: No such file" in complaint(waiting, tmp_path / "nowhere.csv")
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(2_000_000_000)
    assert "2000 MB; 50 MB are the most" in complaint(waiting, huge)


def test_every_bad_line_is_named_up_to_a_point(waiting: Opened, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("smiles,property,value,unit\n" + "CCO,ce,x,%\n" * 80)
    told = complaint(waiting, file).splitlines()
    assert len(told) == 51
    assert told[-1] == "and 30 more"


def test_a_byte_order_mark_and_blank_lines_are_no_mistake(waiting: Opened, filled: Path) -> None:
    text = filled.read_text().replace("\n", "\r\n").replace("\r\n", "\r\n\r\n", 1)
    filled.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert len(take(waiting, filled).intake.news) == 18


def test_what_a_spreadsheet_adds_or_leaves_away_is_no_mistake(waiting: Opened, filled: Path) -> None:
    # Excel leaves away separators before empty cells at the ends of lines, in blocks of sixteen lines.
    header, *rows = filled.read_text().splitlines()
    assert header.endswith(",claimed")
    assert all(row.endswith(",") for row in rows)
    filled.write_text("\n".join([",,", f"{header},,", *(row.removesuffix(",") for row in rows)]))
    assert len(take(waiting, filled).intake.news) == 18


def test_a_correction_of_nothing_is_doubted(waiting: Opened, filled: Path) -> None:
    filled.write_text("smiles,property,value,unit,correction\nCC(C)=O,ce,95,%,yes\n")
    assert take(waiting, filled).doubts == ("CC(C)=O: replicate 1 of ce was not there to be corrected",)
    assert take(waiting, filled).doubts == (), "sent again it is known"


def test_a_campaign_without_a_laboratory_says_so(finished: Opened, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="asks no laboratory"):
        take(finished, tmp_path / "any.csv")


@pytest.mark.slow
def test_an_import_that_is_killed_has_taken_in_all_or_nothing(waiting: Opened, tmp_path: Path) -> None:
    file, rows = tmp_path / "many.csv", 5_000
    smiles = waiting.ledger.state().asked[0].smiles
    lines = [f"{smiles},ce,{90 + k % 100 / 10:.1f},%,{k}" for k in range(rows)]
    file.write_text("smiles,property,value,unit,replicate\n" + "\n".join(lines) + "\n")
    command = [sys.executable, "-m", "flows.cli", "lab", "import", str(waiting.store.directory), str(file)]
    started = time.monotonic()
    subprocess.run([*command, "--dry-run"], check=True, capture_output=True)
    whole = time.monotonic() - started
    counts = []
    for k in range(6):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
            time.sleep(whole * (0.5 + k / 10))
            os.kill(child.pid, signal.SIGKILL)
        opened = existing(waiting.store.directory)
        counts.append(len(opened.ledger.state().notebook.reported))
        opened.ledger.close()
    assert set(counts) <= {0, rows}
    subprocess.run(command, check=True, capture_output=True)
    assert len(waiting.ledger.state().notebook.reported) == rows


def test_the_error_is_one_of_the_program(waiting: Opened, tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        take(waiting, tmp_path / "nowhere.csv")


def test_readings_are_exported_and_reported_with_what_was_superseded(waiting: Opened, filled: Path) -> None:
    take(waiting, filled)
    table = written(filled)
    table.loc[0, ["value", "correction", "notes"]] = ["94.5", "yes", "<b>leak</b>"]
    table.to_csv(filled, index=False)
    take(waiting, filled)
    exported = write_export(waiting, None)
    assert exported[-1].name == "readings.csv"
    readings = pd.read_csv(exported[-1])
    assert len(readings) == 19
    assert readings["superseded"].sum() == 1
    page = write_report(waiting).read_text(encoding="utf-8")
    assert "superseded" in page
    assert "&lt;b&gt;leak" in page
