"""Five ligands in the order in which zinc prefers them, against what the same protocol gave when it was set."""

from __future__ import annotations

import math

from oracles.validation import tables
from oracles.validation.calculation import Asked, computed
from oracles.validation.check import Check, Group, Values, near
from oracles.validation.tables import Table

ORACLE, PROPERTY = "zinc_exchange", "zn_exchange"

SERIES = {"ammonia": "N", "urea": "NC(N)=O", "DMSO": "CS(C)=O", "water": "O", "acetonitrile": "CC#N"}
"""The strongest first."""

DONOR_NUMBERS = {"DMSO": 29.8, "water": 18.0, "acetonitrile": 14.1}
"""In kcal/mol, Gutmann, 10.1016/S0010-8545(00)82045-7: the order of these three is not ours."""

AGAIN = "make it anew: python -m benchmarks.known_additives --series"


def checks(full: bool) -> tuple[Check, ...]:  # noqa: ARG001 - they are all of the small table
    """Every value beside the stored one, and the two orders."""
    table = tables.read("exchange_series")
    order = f"of {', '.join(SERIES)}"
    donors = f"of {', '.join(DONOR_NUMBERS)}"
    return (
        *(_value(name, table) for name in SERIES),
        _order(f"pairs out of order {order}", tuple(SERIES), "own"),
        _order(f"pairs out of order {donors}", tuple(DONOR_NUMBERS), "donor numbers 29.8, 18.0, 14.1"),
    )


def _value(name: str, table: Table | None) -> Check:
    calculation, smiles = Asked(ORACLE, SERIES[name]), SERIES[name]
    tolerance = _uncertainty()
    kept = {row["smiles"]: row[PROPERTY] for row in table.rows if row[PROPERTY]} if table else {}
    if table is None or smiles not in kept:
        reason = f"there is no stored value; {AGAIN}"
        return Check(name, math.nan, math.nan, math.nan, "eV", "own", (), _never, reason)
    found = near(
        f"{name} for water", float(kept[smiles]), tolerance, "eV", table.source, calculation, PROPERTY
    )
    return found.without_answer(table.stale(ORACLE))


def _order(what: str, names: tuple[str, ...], source: str) -> Check:
    """Count pairs that lie the wrong way round by more than the uncertainty of their difference."""
    needs = tuple(Asked(ORACLE, SERIES[name]) for name in names)
    clear = math.sqrt(2.0) * _uncertainty()

    def reversed_pairs(found: list[Values]) -> float:
        values = [each[PROPERTY] for each in found]
        pairs = [(a, b) for k, a in enumerate(values) for b in values[k + 1 :]]
        return float(sum(a - b > clear for a, b in pairs))

    return Check(what, 0.0, -math.inf, 0.0, "1", source, needs, reversed_pairs)
