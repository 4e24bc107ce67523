"""A computed property held against the measured one that it stands for."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from loop.agreement import ENOUGH, Agreement, agreements
from loop.campaign import Answer, State
from loop.molecule import parse
from loop.readings import ASSAYS, Assay, Notebook, Reading, Reported
from loop.records import Cost, Measurement, OracleProtocol, Request, Value

DFT = OracleProtocol("orbitals", "b3lyp", {}, "DFT.")
LAB = OracleProtocol("laboratory", "lab", {ASSAYS: [vars(Assay("ce", "%", 0.3, 1, "cells"))]}, "Lab.")
SMILES = ["CO", "CCO", "CCCO", "CC#N", "NC=O", "CS(C)=O", "NC(N)=O", "OCCO", "C1COCCO1", "CC(C)=O"]


def _state(computed: list[float], measured: list[float]) -> State:
    molecules = [parse(s) for s in SMILES[: len(computed)]]
    asked = [Request.ask(m, DFT) for m in molecules]
    values = [Measurement((Value("homo", v, "eV", 0.1),), Cost(1.0, 1.0)) for v in computed]
    answers = {r.key: Answer(r, v, 0.0) for r, v in zip(asked, values, strict=True)}
    readings = [
        Reported(Reading(m, "ce", "1", v, "%"), 1.0) for m, v in zip(molecules, measured, strict=False)
    ]
    protocols = {p.digest: p for p in (DFT, LAB)}
    state = State(requests={r.key: r for r in asked}, answers=answers, protocols=protocols)
    return replace(state, notebook=Notebook(tuple(readings), protocols))


def _only(state: State) -> Agreement:
    (found,) = agreements(state, {"ce": "homo"})
    return found


def test_what_orders_molecules_alike_is_told_and_is_no_alarm() -> None:
    found = _only(
        _state([-7.0, -6.5, -6.0, -5.5, -5.0, -4.5, -4.0], [90.0, 92.0, 91.0, 95.0, 96.0, 98.0, 99.0])
    )
    assert found.rank_correlation == pytest.approx(27 / 28)
    assert found.chance < 0.01
    assert found.alarm is None
    assert list(found.measured_uncertainties) == pytest.approx([0.3] * 7)


def test_opposite_order_is_a_relation_too() -> None:
    found = _only(_state([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [99.0, 98.0, 97.0, 96.0, 95.0, 94.0]))
    assert found.rank_correlation == pytest.approx(-1.0)
    assert found.alarm is None


def test_no_relation_is_an_alarm_once_enough_is_known() -> None:
    computed, measured = (
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
        [95.0, 91.0, 98.0, 92.0, 97.0, 93.0, 96.0, 94.0],
    )
    assert "says nothing about ce so far" in str(_only(_state(computed, measured)).alarm)
    assert _only(_state(computed, measured[: ENOUGH - 1])).alarm is None


def test_what_does_not_vary_has_no_correlation() -> None:
    found = _only(_state([1.0] * 7, [90.0, 91.0, 92.0, 93.0, 94.0, 95.0, 96.0]))
    assert math.isnan(found.rank_correlation)
    assert found.alarm is not None


def test_one_molecule_is_nothing_to_compare() -> None:
    assert agreements(_state([1.0], [90.0]), {"ce": "homo"}) == []
    assert agreements(_state([1.0, 2.0], [90.0, 91.0]), {"ce": "unknown"}) == []
