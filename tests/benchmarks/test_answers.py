"""Answers that are asked for once."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.answers import Answers
from loop.molecule import parse
from loop.records import Failure, FailureKind, Measurement, Request
from oracles.synthesizability import Synthesizability
from oracles.xtb_zinc_exchange import XtbZincExchange

SA, ZINC = Synthesizability(), XtbZincExchange(search="quick")


def test_an_answer_is_computed_once_and_keeps_its_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request.ask(parse("CCO"), SA.protocol())
    first = Answers([SA], tmp_path)(request)
    assert isinstance(first, Measurement)
    assert first.values[0].value == SA.values([parse("CCO")])[0, 0]
    monkeypatch.setattr(Synthesizability, "measure", None)
    assert Answers([SA], tmp_path)(request) == first


def test_a_failure_is_kept_too(tmp_path: Path) -> None:
    request = Request.ask(parse("CCCC"), ZINC.protocol())
    first = Answers([SA, ZINC], tmp_path)(request)
    assert isinstance(first, Failure)
    assert first.kind is FailureKind.INPUT
    assert Answers([SA, ZINC], tmp_path)(request) == first
