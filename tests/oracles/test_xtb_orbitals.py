"""GFN2 orbital energies."""

from __future__ import annotations

from pathlib import Path

import pytest

from loop.molecule import parse
from loop.protocols import InputError
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
    (rung,) = found.details["rungs"]
    assert rung["of"] == "geometry"
    assert rung["converged"]


def test_gas_is_another_protocol_without_zwitterions(tmp_path: Path) -> None:
    gas = XtbOrbitals(solvent="gas")
    assert gas.protocol().name == "gfn2-gas"
    found = gas.measure(parse("NC(N)=O"), tmp_path)
    water = XtbOrbitals().measure(parse("NC(N)=O"), tmp_path)
    # Water lowers the orbitals of a carbonyl.
    assert found.values[0].value > water.values[0].value + 0.05
    with pytest.raises(InputError, match="use solvent 'water'"):
        gas.measure(parse("[NH3+]CC(=O)[O-]"), tmp_path)
