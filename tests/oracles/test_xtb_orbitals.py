"""GFN2 orbital energies."""

from __future__ import annotations

from pathlib import Path

from loop.molecule import parse
from oracles.xtb_orbitals import XtbOrbitals


def test_they_rank_what_is_known(tmp_path: Path) -> None:
    """B3LYP/6-31++G** HOMOs in eV: thiourea -5.8, urea -7.3, water -8.7."""
    homos = [XtbOrbitals().measure(parse(s), tmp_path).values[0].value for s in ("NC(N)=S", "NC(N)=O", "O")]
    assert homos == sorted(homos, reverse=True)


def test_a_gap_lies_between_them(tmp_path: Path) -> None:
    found = XtbOrbitals().measure(parse("CS(C)=O"), tmp_path)
    homo, lumo = (v.value for v in found.values)
    assert homo < lumo - 3.0
    assert found.details["geometry"].startswith("10\ncharge +0")
