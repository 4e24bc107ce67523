"""When a verdict about one record holds for another: recipes change more often than what they find.

A new protocol gives the value of nearly every molecule again, at the same geometry. Judging takes minutes to
hours for each; for the verdict, what was judged and what is recorded now need to be the same, and no more.
"""

from __future__ import annotations

from typing import Any

from benchmarks.judge import conformers
from benchmarks.oracle_rows.structure import read_xyz

NEAR = 0.25
"""In stated uncertainties: the judge calls wrong what is four of them off."""

CLAIMS = ("isomer", "denticity", "donor_kinds", "reaction")
"""Of a record: what it says it is about."""


def judged(outcome: dict[str, Any]) -> dict[str, Any]:
    """What a verdict about an outcome depends on: values, claims and the geometry of the molecule alone."""
    details = outcome["details"]
    claims = {name: details[name] for name in CLAIMS if name in details}
    return {"values": outcome["values"], "claims": claims, "geometry": details.get("geometry")}


def stands(before: dict[str, Any], outcome: dict[str, Any]) -> bool:
    """Whether a verdict about what was judged before is one about this outcome.

    A complex may be another of many minima that differ in how waters turn: its energy, averaged over them, is
    what another search and plain PySCF were held against. The conformer of a molecule has to be the same.
    """
    now = judged(outcome)
    if now["claims"] != before["claims"] or now["values"].keys() != before["values"].keys():
        return False
    for name, (value, uncertainty) in now["values"].items():
        if abs(value - before["values"][name][0]) > NEAR * min(uncertainty, before["values"][name][1]):
            return False
    geometries = now["geometry"], before["geometry"]
    if None in geometries:
        return geometries == (None, None)
    one, other = map(read_xyz, geometries)
    return conformers.same(one, other)
