"""Failures put together by what is common to them."""

from __future__ import annotations

import pytest

from loop.campaign import Answer, State
from loop.molecule import parse
from loop.reasons import groups, pattern
from loop.records import Cost, Failure, FailureKind, OracleProtocol, Request

DFT = OracleProtocol("orbitals", "b3lyp", {}, "DFT.")


def _failed(smiles: str, reason: str, kind: FailureKind, cpu: float = 10.0) -> Answer:
    return Answer(Request.ask(parse(smiles), DFT), Failure(kind, reason, Cost(cpu, cpu)), 1.0)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("the gap of CCO is 0.31 eV, below 0.5 eV", "the gap of … is … eV, below … eV"),
        ("b3lyp/6-31++g** did not converge in 60 cycles", "b3lyp/6-31++g** did not converge in … cycles"),
        ("no intact complex of C[C@H](N)O: broken C1-O2", "no intact complex of …: broken C-O"),
        ("the HOMO of CCO: not bound", "the HOMO of …: not bound"),
        ("GFN2-xTB did not come to rest", "GFN2-xTB did not come to rest"),
        ("nothing converges with N", "nothing converges with N"),
    ],
)
def test_the_molecule_and_numbers_are_left_open(reason: str, expected: str) -> None:
    assert pattern(reason, parse("CCO")) == expected


def test_a_molecule_of_one_letter_takes_no_other_word_along() -> None:
    assert pattern("the HOMO of O is not bound", parse("O")) == "the HOMO of … is not bound"


def test_alike_failures_are_one_line_the_dearest_first() -> None:
    shift, gap = FailureKind.CONVERGENCE, FailureKind.REJECTED
    answers = [
        _failed("CCO", "the gap of CCO is 0.2 eV", gap, 50.0),
        _failed("CO", "not in 60 cycles", shift),
        _failed("CCCO", "the gap of CCCO is 0.1 eV", gap, 70.0),
    ]
    again = _failed("CO", "not in 90 cycles", shift, 20.0)
    state = State(answers={a.request.key: a for a in answers}, setbacks=(again,))
    first, second = groups(state)
    assert (first.kind, first.reason, first.tries, first.cpu_seconds) == (
        gap,
        "the gap of … is … eV",
        2,
        120.0,
    )
    assert [m.smiles for m in first.molecules] == ["CCO", "CCCO"]
    assert (second.tries, second.cpu_seconds, len(second.molecules)) == (2, 30.0, 1)
