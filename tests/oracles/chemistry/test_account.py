"""Whatever ends a measurement, what was tried before is told."""

from __future__ import annotations

from contextlib import closing

import pytest

from loop.protocols import ConvergenceError, OracleError, ResourceError
from oracles.chemistry.account import Account, Rung
from oracles.contained import abreast

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


@pytest.mark.parametrize("at_once", [1, 2])
def test_tries_of_parts_come_in_the_order_of_the_parts_with_what_they_took(at_once: int) -> None:
    account = Account()
    account.rungs.append(TRIED)

    def part(k: int) -> int:
        began = account.start()
        while account.start().cpu_seconds < began.cpu_seconds + 0.5:
            pass
        account.note("minimum", f"{k}", k, began, converged=k != 1)
        if k == 1:
            raise ConvergenceError("no")
        return k

    found: list[int] = []
    abreast.allow(at_once)
    try:
        with account.one("complex", "all") as cycles, closing(account.each(part, range(4))) as answers:
            for answer in answers:
                try:
                    found.append(answer())
                except ConvergenceError:
                    cycles.append(1)
                if found == [0, 2]:  # what the last one tried, if it did, is nobody's
                    break
    finally:
        abreast.allow(1)
    before, *parts, whole = account.rungs
    assert before == TRIED
    assert [(r.name, r.converged) for r in parts] == [("0", True), ("1", False), ("2", True)]
    assert all(r.cpu_seconds == pytest.approx(0.5, abs=0.05) for r in parts)
    assert -0.05 < whole.cpu_seconds < 1.0, "what the parts took, 1.5 s, is theirs"
