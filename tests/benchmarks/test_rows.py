"""Tables of figures, a module a row."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from benchmarks import oracles
from benchmarks.rows import Result, Table

FIGURES = {"one": Result("1.5 eV", met=False), "another": Result("none asked", met=None)}


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    for name, result in FIGURES.items():
        row = SimpleNamespace(WHAT=f"what {name} is", TARGET="1 eV", run=lambda _, result=result: result)
        monkeypatch.setitem(sys.modules, f"rows.{name}", row)
    return Table("rows", tuple(FIGURES))


def given(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["table", *arguments])


def test_every_row_without_a_name_and_one_by_its_name(
    table: Table, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table.run([], None, lambda: "this machine")
    every = capsys.readouterr().out
    assert every.count("this machine") == 2
    assert every.splitlines()[-2:] == ["one     1 eV   NOT MET  1.5 eV", "another 1 eV   -        none asked"]
    given(monkeypatch, "another")
    rows, options = table.asked(table.parser("what it is"))
    assert options == {}
    table.run(rows, None, lambda: "this machine")
    assert "what one is" not in capsys.readouterr().out


def test_a_list_runs_nothing_and_an_unknown_row_is_named(
    table: Table, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, "--list")
    with pytest.raises(SystemExit) as ended:
        table.asked(table.parser(None))
    assert ended.value.code == 0
    assert "what another is" in capsys.readouterr().out
    given(monkeypatch, "two")
    with pytest.raises(SystemExit) as ended:
        table.asked(table.parser(None))
    assert ended.value.code == 2
    assert "there is no row two; there are one, another" in capsys.readouterr().err


@pytest.mark.parametrize("name", oracles.TABLE.names)
def test_every_row_of_the_oracles_says_what_it_is_and_what_it_has_to_reach(name: str) -> None:
    row = oracles.TABLE.module(name)
    assert row.WHAT
    assert row.TARGET
    assert callable(row.run)
