"""Files as spreadsheets write them where numbers have decimal commas."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.laboratory.file import read
from flows.laboratory.row import RefusedError
from flows.laboratory.taking import take
from flows.laboratory.views import show_taken
from flows.opening import Opened

HEAD = ("smiles", "property", "value", "unit", "uncertainty", "notes")


def written(file: Path, separator: str, *values: str, uncertainty: str = "") -> Path:
    rows = [("CC(C)=O", "conductivity", value, "mS/cm", uncertainty, "1,5 mL, trüb") for value in values]
    file.write_text("\n".join(separator.join(row) for row in (HEAD, *rows)) + "\n", encoding="utf-8-sig")
    return file


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize(
    ("values", "meant"),
    [
        (["96,3"], ["96.3"]),
        ([",5", "-3,25E-02", "7"], [".5", "-3.25E-02", "7"]),
        (["1.234,5", "1.234.567,25", "0,125"], ["1234.5", "1234567.25", "0.125"]),
        (["96.3", "1.234"], ["96.3", "1.234"]),
        (["7", "8"], ["7", "8"]),
        (["1,2345", "1,234"], ["1.2345", "1.234"]),
    ],
)
def test_numbers_mean_what_they_say(
    tmp_path: Path, separator: str, values: list[str], meant: list[str]
) -> None:
    rows = read(written(tmp_path / "cells.csv", separator, *values)).rows
    assert [row.cells["value"] for row in rows] == meant
    assert {row.cells["notes"] for row in rows} == {"1,5 mL, trüb"}


def test_a_comma_between_semicolons_is_a_decimal_one(tmp_path: Path) -> None:
    assert read(written(tmp_path / "cells.csv", ";", "1,234")).rows[0].cells["value"] == "1.234"


@pytest.mark.parametrize(
    ("separator", "values", "clause"),
    [
        ("\t", ["1,234"], "line 2, column value: '1,234' may be a thousand or a fraction"),
        ("\t", ["7", "1.234"], "line 3, column value: '1.234' may be a thousand or a fraction"),
        (";", ["1.234"], "line 2, column value: '1.234' may be a thousand or a fraction"),
        (";", ["96,3", "1.234"], "line 3, column value: '1.234' may be a thousand or a fraction"),
        (";", ["96.3", "96,3"], "line 3: '96,3' has a decimal comma, but '96.3' a decimal point ("),
    ],
)
def test_what_may_mean_two_things_is_refused(
    tmp_path: Path, separator: str, values: list[str], clause: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        read(written(tmp_path / "cells.csv", separator, *values))
    assert len(caught.value.sentences) == 1
    assert clause in str(caught.value)


def test_what_is_no_number_is_left_for_others_to_refuse(waiting: Opened, tmp_path: Path) -> None:
    file = written(tmp_path / "cells.csv", ";", "96,3", "1,2,3", "12.34,5", "96,3 %")
    with pytest.raises(RefusedError) as caught:
        take(waiting, file)
    assert [sentence.partition("column ")[2] for sentence in caught.value.sentences] == [
        "value: '1,2,3' is not a number",
        "value: '12.34,5' is not a number",
        "value: '96,3 %' is not a number; '%' belongs into the column unit",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_it_is_said_and_taken_in(
    waiting: Opened, tmp_path: Path, encoding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "cells.csv", ";", "41,5", uncertainty="0,25")
    file.write_text(file.read_text("utf-8-sig"), encoding)
    taken = take(waiting, file)
    reading = taken.intake.news[0]
    assert (reading.value, reading.uncertainty, reading.notes) == (41.5, 0.25, "1,5 mL, trüb")
    show_taken(waiting, taken, dry=False)
    assert "read with columns separated by semicolons, decimal commas" in capsys.readouterr().out
