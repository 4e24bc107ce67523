"""What status, display and report count."""

from __future__ import annotations

import pytest

from flows.opening import Opened
from flows.summary import Spending, best_balanced, candidates, names, spending, worst_gain


def test_a_row_per_molecule_and_a_reason_per_failure(finished: Opened) -> None:
    definition, state = finished.assembled.definition, finished.ledger.state()
    table = candidates(definition, state)
    assert list(table["smiles"]) == [m.smiles for m in state.asked]
    failed = table[table["failure"] != ""]
    assert len(failed) == len(state.failures) > 0
    assert failed["smiles"].str.contains("N", case=False).all()
    assert (failed["failure"] == "surface: nothing converges with N").all()
    assert failed["tpsa"].isna().all()
    assert failed["sa"].notna().all()
    assert table[table["failure"] == ""]["tpsa"].notna().all()
    assert set(table[table["pareto"]]["smiles"]) == {m.smiles for m in state.pareto(definition.objectives)}


def test_the_best_balanced_come_first(finished: Opened) -> None:
    definition, state = finished.assembled.definition, finished.ledger.state()
    best = best_balanced(definition, state, 5)
    worst = [worst_gain(definition, state, m) for m in best]
    assert worst == sorted(worst, reverse=True)
    assert set(best) <= set(names(state))


def test_spending_names_what_has_a_limit(finished: Opened) -> None:
    lines = {s.name: s for s in spending(finished.assembled.definition, finished.ledger.state())}
    assert str(lines["evaluations"]) == "18 of 18 molecules"
    assert lines["evaluations"].fraction == 1.0
    assert str(lines["rounds"]) == "3 of 3 after the first"
    assert lines["wall clock"].limit is None
    assert lines["CPU time"].spent > 0


@pytest.mark.parametrize(
    ("spent", "limit", "fraction"), [(1.0, None, None), (1.0, 4.0, 0.25), (9.0, 4.0, 1.0)]
)
def test_the_share_spent_never_exceeds_one(spent: float, limit: float | None, fraction: float | None) -> None:
    assert Spending("evaluations", spent, limit, "molecules").fraction == fraction
