"""Whatever ends a measurement, what was tried before is told."""

from __future__ import annotations

import pytest

from loop.protocols import ConvergenceError, OracleError, ResourceError
from oracles.chemistry.account import Account, Rung

TRIED = Rung("complex", "DIIS", 60, 12.34567, converged=False)


@pytest.mark.parametrize(
    ("ended", "kind"), [(ConvergenceError("no"), ConvergenceError), (MemoryError(), ResourceError)]
)
def test_an_error_has_the_tries_that_led_to_it(ended: Exception, kind: type[OracleError]) -> None:
    account = Account()
    with pytest.raises(kind) as caught, account.told():
        account.rungs.append(TRIED)
        raise ended
    assert caught.value.details["rungs"] == [
        {"of": "complex", "rung": "DIIS", "cycles": 60, "cpu_seconds": 12.346, "converged": False}
    ]


def test_one_try_is_taken_down_whatever_comes_of_it() -> None:
    account = Account()
    with account.one("complexes", "GFN2-xTB") as starts:
        starts.extend([8, 3])
    with pytest.raises(ConvergenceError), account.one("complexes", "GFN2-xTB"):
        raise ConvergenceError("no")
    assert [(r.cycles, r.converged) for r in account.rungs] == [(11, True), (0, False)]


def test_no_second_is_counted_twice() -> None:
    account = Account()
    whole = account.start()
    account.rungs.append(TRIED)
    account.note("geometry", "B3LYP", 7, whole, converged=True)
    assert account.rungs[-1].cpu_seconds == pytest.approx(-TRIED.cpu_seconds, abs=0.5), "no time has passed"
