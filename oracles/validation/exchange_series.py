"""Five ligands in the order in which zinc prefers them, against stored values and donor numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from oracles.validation import tables
from oracles.validation.calculation import Asked, computed
from oracles.validation.check import Check, Group, Values, missing, near
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
    what, smiles = f"{name} for water", SERIES[name]
    kept = {} if table is None else {row["smiles"]: row[PROPERTY] for row in table.rows}
    if table is None or not kept.get(smiles):
        return missing(what, "eV", f"no value is stored; {AGAIN}")
    tolerance = computed(ORACLE).uncertainties[PROPERTY]
    check = near(what, float(kept[smiles]), tolerance, "eV", table.source, Asked(ORACLE, smiles), PROPERTY)
    return replace(check, stale=table.stale(ORACLE))


def _order(what: str, names: tuple[str, ...], source: str) -> Check:
    """Count pairs that lie the wrong way round by more than the uncertainty of their difference."""
    needs = tuple(Asked(ORACLE, SERIES[name]) for name in names)
    clear = math.sqrt(2.0) * computed(ORACLE).uncertainties[PROPERTY]

    def reversed_pairs(found: Sequence[Values]) -> float:
        values = [each[PROPERTY] for each in found]
        pairs = [(a, b) for k, a in enumerate(values) for b in values[k + 1 :]]
        return float(sum(a - b > clear for a, b in pairs))

    return Check(what, 0.0, -math.inf, 0.0, "1", source, needs, reversed_pairs)


GROUP = Group(
    "exchange",
    "exchange of one water of [Zn(H2O)6]2+, oracle zinc_exchange, against stored values and donor numbers",
    "the search for complexes, the functional or the implicit water changed",
    checks,
)
