"""Files of JSON lines that only grow."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import json_lines


def test_a_line_that_a_kill_cut_off_is_left_out_and_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "made" / "rows.jsonl"
    assert list(json_lines.read(file)) == []
    json_lines.append(file, {"a": 1})
    with file.open("a", encoding="utf-8") as cut:
        cut.write('{"b": ')
    json_lines.append(file, {"c": "\u00e9"})
    assert list(json_lines.read(file)) == [{"a": 1}, {"c": "\u00e9"}]


def test_a_number_that_json_does_not_have_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_lines.append(file, {"a": float("nan")})
    assert not file.exists()
