"""What is called drifted, and what cannot be compared."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from oracles.validation import exchange_series, ranks, tables
from oracles.validation.calculation import Answer, Asked, Calculation, computed, told, understood
from oracles.validation.check import Grade, at_least, judge, missing, near
from oracles.validation.groups import GROUPS
from oracles.validation.tables import Table
from oracles.zinc_exchange import ZincExchange

UREA = Asked("orbitals", "NC(N)=O")
HOMO = near("urea HOMO", -7.0, 0.1, "eV", "a table", UREA, "homo")


def answered(homo: float) -> dict[Calculation, Answer]:
    return {UREA: Answer({"homo": homo}, "", 1.0)}


@pytest.mark.parametrize(
    ("value", "grade"),
    [(-7.05, Grade.OK), (-6.95, Grade.OK), (-7.11, Grade.DRIFTED), (-6.89, Grade.DRIFTED)],
)
def test_a_value_outside_its_tolerance_has_drifted(value: float, grade: Grade) -> None:
    verdict = judge(HOMO, answered(value))
    assert (verdict.grade, verdict.value) == (grade, value)
    assert HOMO.tolerance == "± 0.1"


def test_a_number_that_is_none_has_drifted() -> None:
    assert judge(HOMO, answered(math.nan)).grade is Grade.DRIFTED


def test_a_calculation_that_failed_is_told_with_its_reason() -> None:
    verdict = judge(HOMO, {UREA: Answer(None, "ConvergenceError: no rest", 1.0)})
    assert (verdict.grade, verdict.reason) == (Grade.FAILED, "ConvergenceError: no rest")


def test_what_is_known_beforehand_to_be_incomparable_needs_no_answer() -> None:
    assert judge(replace(HOMO, stale="another protocol"), {}).reason == "another protocol"
    assert judge(missing("urea", "eV", "no table"), {}).grade is Grade.FAILED


def test_a_floor_has_no_ceiling() -> None:
    assert judge(at_least("rank", 0.8, "a table", 1.0), {}).grade is Grade.OK
    assert judge(at_least("rank", 0.8, "a table", 0.79), {}).grade is Grade.DRIFTED
    assert at_least("rank", 0.8, "a table", 1.0).tolerance == ">= 0.8"


@pytest.mark.parametrize("full", [False, True])
def test_every_calculation_can_be_sent_to_a_process_and_has_a_name(full: bool) -> None:
    names = [group.name for group in GROUPS]
    assert len(set(names)) == len(names)
    for check in (check for group in GROUPS for check in group.checks(full)):
        assert check.stale or check.low <= check.reference <= check.high
        for calculation in check.needs:
            assert understood(told(calculation)) == calculation
            assert calculation.name
            assert calculation.expected_cpu_seconds > 0


def stored(name: str, protocol: str | None = None) -> Table:
    """A table of eighty made-up additives, of today's protocols or of another."""
    wanted = [n for names in ranks.PROPERTIES.values() for n in names]
    rows = [
        {"smiles": "C" * k, "name": f"alkane {k}", **dict.fromkeys(wanted, str(-k / 10))}
        | {f"cpu_seconds {oracle}": str(100 - k) for oracle in ranks.PROPERTIES}
        for k in range(1, 81)
    ]
    digests = {o: protocol or computed(o).protocol().digest for o in ranks.PROPERTIES}
    return Table(name, tuple(rows), {"protocols": digests, "date": "2026-11-27", "again": "make it anew"})


def test_the_cheapest_rows_are_calculated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "read", stored)
    checks = ranks.GROUP.checks(False)
    again = {need for check in checks for need in check.needs}
    assert {need.smiles for need in again if isinstance(need, Asked)} == {"C" * k for k in (78, 79, 80)}
    known = [judge(check, {}) for check in checks if not check.needs]
    assert [v.value for v in known] == [80.0, *[pytest.approx(1.0)] * len(ranks.FLOORS)]
    assert {v.grade for v in known} == {Grade.OK}


def test_a_rank_correlation_below_its_floor_has_drifted(monkeypatch: pytest.MonkeyPatch) -> None:
    table = stored("known_additives")
    turned = [row | {"homo_gfn2": str(-float(row["homo"]))} for row in table.rows]
    monkeypatch.setattr(tables, "read", lambda _: replace(table, rows=tuple(turned)))
    verdicts = {v.check.what: v for v in (judge(c, {}) for c in ranks.GROUP.checks(False) if not c.needs)}
    assert verdicts["rank correlation GFN2 to DFT, homo"].grade is Grade.DRIFTED
    assert verdicts["rank correlation GFN2 to DFT, zn_exchange"].grade is Grade.OK


def test_a_table_of_another_protocol_is_not_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "read", lambda name: stored(name, "0123456789abcdef"))
    again = [check for check in ranks.GROUP.checks(False) if check.needs]
    assert again
    assert all("is of protocol 0123456789abcdef, and " in check.stale for check in again)
    assert all(judge(check, {}).grade is Grade.FAILED for check in again)


def test_without_a_table_it_is_said_how_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "read", lambda _: None)
    for group in (ranks.GROUP, exchange_series.GROUP):
        assert "python -m benchmarks.known_additives" in group.checks(False)[0].stale


def test_an_order_counts_only_pairs_that_are_clearly_reversed() -> None:
    order = next(
        c for c in exchange_series.GROUP.checks(False) if c.what.startswith("pairs out of order of am")
    )
    sd = ZincExchange().uncertainties["zn_exchange"]
    right = [-0.5, -0.45, -0.25, 0.0, 0.1]
    for values, grade in (
        (right, Grade.OK),
        ([-0.45, -0.45 - sd, *right[2:]], Grade.OK),
        ([-0.1, -0.5, *right[2:]], Grade.DRIFTED),
    ):
        pairs = zip(order.needs, values, strict=True)
        answers = {need: Answer({"zn_exchange": value}, "", 1.0) for need, value in pairs}
        assert judge(order, answers).grade is grade
