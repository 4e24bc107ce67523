"""The program behind the tables of own values: refusals are answers, and nothing is calculated twice."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.additive_sheet import read, write
from benchmarks.kept_answers import Kept
from benchmarks.known_additives import Question, additives, calculate, take_over
from loop.molecule import parse
from oracles.contained import Containment, close
from oracles.synthesizability import Synthesizability
from oracles.validation import tables

ETHANOL = Question("ethanol", parse("CCO"), "synthesizability")
BUTANE = Question("butane", parse("CCCC"), "zinc_exchange")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    found = Kept(tmp_path_factory.mktemp("kept") / "answers.jsonl")
    calculate([ETHANOL, BUTANE], found, 1, Containment(120.0, 0, 1))
    close()
    return found


def test_values_refusals_and_costs_are_kept(kept: Kept) -> None:
    sa = Synthesizability().values([parse("CCO")])[0, 0]
    assert kept[ETHANOL.key].values["sa"] == pytest.approx(sa)
    assert kept[ETHANOL.key].cpu_seconds > 0
    assert kept[BUTANE.key].values == {}
    assert kept[BUTANE.key].failure.startswith("input: ")


def test_a_line_cut_off_by_a_kill_is_calculated_again(kept: Kept) -> None:
    file = kept.directory.with_suffix(".jsonl")
    whole = file.read_bytes()
    try:
        file.write_bytes(whole[:-20])
        again = Kept(file)
        # Two workers: either may have been the last to answer.
        cut, whole_line = sorted((ETHANOL.key, BUTANE.key), key=lambda key: key in again)
        assert (cut in again, whole_line in again) == (False, True)
        again.add(cut, kept[cut])
        assert Kept(file)[cut] == kept[cut]
    finally:
        file.write_bytes(whole)


def test_the_table_says_what_it_came_from(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [(q.name, q.molecule, kept[q.key]) for q in (ETHANOL, BUTANE)]
    assert write("known_additives", lines, tmp_path).endswith("2 molecules, 1 with a failure")
    monkeypatch.setattr(tables, "files", lambda _: tmp_path.parent)
    (tmp_path.parent / "data").symlink_to(tmp_path)
    table = tables.read("known_additives")
    assert table is not None
    assert [row["name"] for row in table.rows] == ["ethanol", "butane"]
    assert not table.stale("zinc_exchange")
    assert "orbitals follows" in table.stale("orbitals")


def test_answers_of_the_table_are_taken_over_where_the_protocol_is_the_same(
    kept: Kept, tmp_path: Path
) -> None:
    questions = (ETHANOL, BUTANE)
    write("known_additives", [(q.name, q.molecule, kept[q.key]) for q in questions], tmp_path)
    table = read("known_additives", tmp_path)
    other = replace(table["CCO", "synthesizability"], protocol="another")
    again = Kept(tmp_path / "again.jsonl")
    take_over(table | {("CCO", "synthesizability"): other}, questions, again)
    assert (ETHANOL.key in again, BUTANE.key in again) == (False, True)
    take_over(table, questions, again)
    assert again[ETHANOL.key].values == pytest.approx(kept[ETHANOL.key].values, abs=1e-5)
    assert again[BUTANE.key] == kept[BUTANE.key]
    assert read("known_additives", tmp_path / "nowhere") == {}


def test_nothing_is_begun_too_late(tmp_path: Path) -> None:
    found = Kept(tmp_path / "late.jsonl")
    calculate([ETHANOL], found, 1, Containment(120.0, 0, 1), until=time.monotonic())
    assert ETHANOL.key not in found


def test_ions_are_left_out_and_small_ones_come_first() -> None:
    found = list(additives().values())
    assert len(found) > 60
    assert all(molecule.charge == 0 for molecule in found)
    assert [m.heavy_atoms for m in found] == sorted(m.heavy_atoms for m in found)
