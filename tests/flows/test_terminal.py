"""What is printed for a person is what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

import flows
from flows import terminal


def test_a_line_of_a_file_is_no_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.console().print("list.smi:100: no molecule", markup=False)
    terminal.console(stderr=True).print("list.smi:100: no molecule", markup=False)
    assert capsys.readouterr() == ("list.smi:100: no molecule\n",) * 2


def test_nobody_makes_a_console_that_prints_otherwise() -> None:
    sources = Path(flows.__file__).parent.rglob("*.py")
    others = [
        f"{path}: {line.strip()}"
        for path in sources
        for line in path.read_text(encoding="utf-8").splitlines()
        if "Console(" in line and "emoji=False" not in line
    ]
    assert others == []
