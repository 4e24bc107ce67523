"""How calculations came to converge."""

from __future__ import annotations

from typing import Any

import pytest

from loop.campaign import Answer, State
from loop.molecule import parse
from loop.records import Cost, Failure, FailureKind, Measurement, OracleProtocol, Outcome, Request, Value
from loop.rungs import AT_FIRST, Rung, rungs_of, tally

DFT, ZINC = (OracleProtocol(name, name, {}, "DFT.") for name in ("orbitals", "zinc"))


def _try(rung: str, converged: bool, of: str = "orbitals", cpu: float = 1.0) -> dict[str, Any]:
    return {"of": of, "rung": rung, "cycles": 11, "cpu_seconds": cpu, "converged": converged}


def _answer(smiles: str, rungs: Any, protocol: OracleProtocol = DFT, failed: bool = False) -> Answer:
    details = {} if rungs is None else {"rungs": rungs}
    found = (Value("homo", -7.0, "eV", 0.1),)
    outcome: Outcome = Measurement(found, Cost(9.0, 9.0), details)
    if failed:
        outcome = Failure(FailureKind.CONVERGENCE, "it did not", Cost(9.0, 9.0), details)
    return Answer(Request.ask(parse(smiles), protocol), outcome, 1.0)


def _state(*answers: Answer, setbacks: tuple[Answer, ...] = ()) -> State:
    return State(answers={a.request.key: a for a in answers}, setbacks=setbacks)


EASY = [_try("conformers", True, "geometry"), _try("DIIS", True)]
HARD = [
    _try("conformers", True, "geometry"),
    _try("DIIS", False, cpu=5.0),
    _try("level shift", True, cpu=3.0),
]
GIVEN_UP = [_try("DIIS", False), _try("level shift", False), _try("smearing", False)]


def test_measurements_are_told_by_their_last_resort() -> None:
    state = _state(_answer("CO", EASY), _answer("CCO", HARD), _answer("CCCO", EASY))
    (needed,) = tally(state).needed
    assert needed.last == {AT_FIRST: 2, "level shift": 1}
    assert str(needed) == "orbitals 2 at the first try, 1 by level shift"


def test_what_was_tried_in_vain_is_added_up() -> None:
    state = _state(_answer("CO", EASY), _answer("CCO", HARD), _answer("CCCO", GIVEN_UP, failed=True))
    geometry, orbitals = tally(state).settled
    assert (geometry.of, geometry.by, geometry.in_vain) == ("geometry", {"conformers": 2}, 0.0)
    assert orbitals.by == {"DIIS": 1, "level shift": 1}
    assert (orbitals.unsettled, orbitals.cpu_seconds, orbitals.in_vain) == (1, 12.0, 8.0)
    assert tally(state).in_vain == pytest.approx(8.0 / 14.0)
    assert tally(state).needed[0].last == {AT_FIRST: 1, "level shift": 1}, "a failure is no measurement"


def test_two_calculations_of_one_kind_are_two() -> None:
    twice = [_try("DIIS", True, "complex"), _try("DIIS", False, "complex"), _try("Newton", True, "complex")]
    (settled,) = tally(_state(_answer("CO", twice, ZINC))).settled
    assert (settled.oracle, settled.by, settled.unsettled) == ("zinc", {"DIIS": 1, "Newton": 1}, 0)


def test_oracles_are_told_apart_and_setbacks_count() -> None:
    state = _state(
        _answer("CO", HARD), _answer("CO", EASY, ZINC), setbacks=(_answer("CO", GIVEN_UP, failed=True),)
    )
    told = tally(state)
    assert [n.oracle for n in told.needed] == ["orbitals", "zinc"]
    assert {(s.oracle, s.of): s.unsettled for s in told.settled}["orbitals", "orbitals"] == 1


@pytest.mark.parametrize("nothing", [None, [], {}, "DIIS", [1], [{"of": "orbitals"}], [None]])
def test_answers_without_notes_say_nothing(nothing: Any) -> None:
    state = _state(_answer("CO", nothing))
    assert rungs_of(next(iter(state.answers.values()))) == []
    assert (tally(state).settled, tally(state).needed, tally(state).in_vain) == ((), (), None)


def test_a_note_is_read_in_its_order() -> None:
    assert rungs_of(_answer("CO", HARD))[1:] == [
        Rung("orbitals", "DIIS", 5.0, False),
        Rung("orbitals", "level shift", 3.0, True),
    ]


def test_only_the_last_answers_may_be_asked_for() -> None:
    state = _state(_answer("CO", HARD), _answer("CCO", EASY))
    assert tally(state, 1).needed[0].last == {AT_FIRST: 1}
    assert sum(tally(state, 9).needed[0].last.values()) == 2
