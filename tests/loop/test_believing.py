from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest

from loop.believing import believe
from loop.campaign import Round, State
from loop.molecule import Molecule, parse
from loop.protocols import Belief, Evidence, Surrogate
from loop.records import Candidate, Pick, Property

HOMO = Property("homo", "eV", "energy of the highest occupied orbital")
CHAIN = [parse("C" * n + "O") for n in range(1, 17)]


@dataclass
class _Fitting:
    """Succeeds for at most so many molecules, and keeps what it was asked to fit."""

    most: int
    error: Exception = field(default_factory=lambda: np.linalg.LinAlgError("singular"))
    asked: list[Evidence] = field(default_factory=list)

    def fit(self, evidence: Evidence, seed: int) -> Belief:
        self.asked.append(evidence)
        if len(evidence.molecules) > self.most:
            raise self.error
        return cast(Belief, (len(evidence.molecules), seed))


def _evidence(molecules: list[Molecule], cheaper: Evidence | None = None) -> Evidence:
    n = len(molecules)
    return Evidence(HOMO, tuple(molecules), np.arange(n, dtype=float), np.ones(n), cheaper)


def _state() -> State:
    """A design of eight and then rounds of one."""
    picked = [CHAIN[:8], *([m] for m in CHAIN[8:])]
    return State(
        rounds=tuple(
            Round(k, 0, 0.0, tuple(Pick(Candidate(m, "test"), "test") for m in some))
            for k, some in enumerate(picked)
        )
    )


def _believe(fitting: _Fitting, evidence: Evidence) -> Any:
    return believe(cast(Surrogate, fitting), [evidence], {"homo": 7}, _state())


def test_what_fits_is_believed_and_nothing_is_said() -> None:
    found = _believe(_Fitting(most=16), _evidence(CHAIN))
    assert (found.by_name, found.troubles) == ({"homo": (16, 7)}, {})


@pytest.mark.parametrize(("most", "left"), [(15, 15), (14, 14), (13, 12), (11, 8), (8, 8)])
def test_the_last_one_two_four_and_eight_rounds_are_left_out(most: int, left: int) -> None:
    fitting = _Fitting(most)
    found = _believe(fitting, _evidence(CHAIN, _evidence(CHAIN[::2])))
    assert found.by_name == {"homo": (left, 7)}
    assert f"the {16 - left} of the last rounds are left out" in found.troubles["homo"]
    last = fitting.asked[-1]
    assert last.molecules == tuple(CHAIN[:left])
    assert list(last.values) == list(range(left))
    assert last.cheaper is not None
    assert last.cheaper.molecules == tuple(CHAIN[:left:2])


def test_where_nothing_fits_the_first_reason_is_raised() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        _believe(_Fitting(most=0), _evidence(CHAIN))


def test_a_mistake_in_a_program_is_not_worked_around() -> None:
    fitting = _Fitting(most=15, error=TypeError("no such argument"))
    with pytest.raises(TypeError):
        _believe(fitting, _evidence(CHAIN))
    assert len(fitting.asked) == 1
