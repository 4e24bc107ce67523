"""How well GFN2-xTB ranks known additives as DFT does, and whether the values behind that still come out."""

from __future__ import annotations

from dataclasses import replace

from scipy.stats import spearmanr

from oracles.validation import tables
from oracles.validation.calculation import Asked, computed
from oracles.validation.check import Check, Group, at_least, missing, near
from oracles.validation.tables import Table

TABLE = "known_additives"
AGAIN = "make it anew: python -m benchmarks.known_additives"

LEAST = 60
"""Known additives that every oracle has measured."""

RECOMPUTED, RECOMPUTED_FULL = 3, 12
"""Additives calculated again: those that cost least."""

PAIRS = {"homo": "homo_gfn2", "lumo": "lumo_gfn2", "zn_exchange": "zn_exchange_gfn2"}
"""Property by DFT -> by GFN2-xTB."""

FLOORS = {"homo": 0.85, "lumo": 0.3, "zn_exchange": 0.7}
"""Spearman's rank correlation below which something has changed.

Over the 86 known additives that every oracle has measured it is 0.92, 0.57 and 0.78: GFN2 can screen for HOMO
and binding, and hardly for the LUMO."""

PROPERTIES = {
    "orbitals": ("homo", "lumo"),
    "zinc_exchange": ("zn_exchange",),
    "xtb_orbitals": ("homo_gfn2", "lumo_gfn2"),
    "xtb_zinc_exchange": ("zn_exchange_gfn2",),
}
"""Oracle -> what it measured in the table."""


def checks(full: bool) -> tuple[Check, ...]:
    """Rank correlations within the table, and the cheapest rows once more."""
    table = tables.read(TABLE)
    if table is None:
        return (missing("known additives", "1", f"there is no {TABLE}.csv; {AGAIN}"),)
    return (*_within(table), *_again(table, RECOMPUTED_FULL if full else RECOMPUTED))


def _complete(table: Table) -> list[dict[str, str]]:
    wanted = [name for names in PROPERTIES.values() for name in names]
    return [row for row in table.rows if all(row.get(name) for name in wanted)]


def _within(table: Table) -> list[Check]:
    rows = _complete(table)
    found = [at_least("known additives, all measured", LEAST, table.source, float(len(rows)))]
    for name, floor in FLOORS.items():
        ranked = correlation(rows, name, PAIRS[name])
        found.append(at_least(f"rank correlation GFN2 to DFT, {name}", floor, table.source, ranked))
    return found


def correlation(rows: list[dict[str, str]], one: str, other: str) -> float:
    """Spearman's rank correlation of two columns; 0 where there are fewer than three rows."""
    if len(rows) < 3:
        return 0.0
    return float(spearmanr([float(r[one]) for r in rows], [float(r[other]) for r in rows]).statistic)


def _again(table: Table, n: int) -> list[Check]:
    cheapest = sorted(_complete(table), key=_cost)[:n]
    return [
        replace(_same(table, row, oracle, name), stale=table.stale(oracle))
        for row in cheapest
        for oracle, names in PROPERTIES.items()
        for name in names
    ]


def _same(table: Table, row: dict[str, str], oracle: str, name: str) -> Check:
    tolerance, unit = computed(oracle).uncertainties[name], "eV"
    what = f"{row['name']} {name}"
    return near(what, float(row[name]), tolerance, unit, table.source, Asked(oracle, row["smiles"]), name)


def _cost(row: dict[str, str]) -> float:
    return sum(float(row[f"cpu_seconds {oracle}"]) for oracle in PROPERTIES)


GROUP = Group(
    "ranks",
    "known additives: GFN2-xTB's order against DFT's, and rows of the stored table once more",
    "an oracle's recipe or a program under it changed; screening with GFN2 may no longer be worth it",
    checks,
)
