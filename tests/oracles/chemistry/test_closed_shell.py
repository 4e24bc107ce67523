"""A closed shell is believed only where nothing open lies lower."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loop.molecule import parse
from loop.protocols import RejectedError
from oracles.chemistry import closed_shell
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.selfconsistent import solve
from oracles.chemistry.theory import Continuum, Functional, Resources
from oracles.orbitals import Orbitals

COMPACT = Functional("b3lyp", "6-31g(d)", grids=(0, 1), continuum=Continuum("IEF-PCM"))


def linear(*symbols: str, apart: float) -> Geometry:
    positions = np.array([[0.0, 0.0, apart * k] for k in range(len(symbols))])
    return Geometry(symbols, positions, 0)


OZONE = Geometry(("O", "O", "O"), np.array([[0.0, 0.0, 0.0], [1.09, 0.0, 0.667], [-1.09, 0.0, 0.667]]), 0)
"""Bonds of 1.278 A, 117 degrees: experiment (Herzberg 1966)."""


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return Resources(tmp_path / "scratch", 2000)


def test_the_triplet_of_oxygen_is_found(resources: Resources) -> None:
    with pytest.raises(RejectedError, match=r"its triplet lies 1\.[67]\d eV lower"):
        solve(linear("O", "O", apart=1.21), COMPACT, 50, resources)


def test_a_singlet_diradical_is_found(resources: Resources) -> None:
    with pytest.raises(RejectedError, match=r"its open-shell singlet lies 0\.\d\d eV lower"):
        solve(OZONE, COMPACT, 50, resources)


def test_exact_exchange_does_not_hide_an_open_shell(resources: Resources) -> None:
    """It widens the gap of O2 to 6.1 eV with M06-2X."""
    assert closed_shell.suspicious_gap("b3lyp") == pytest.approx(closed_shell.SUSPICIOUS_GAP)
    assert closed_shell.suspicious_gap("pbe") == closed_shell.SUSPICIOUS_GAP
    with pytest.raises(RejectedError, match=r"its triplet lies 1\.\d\d eV lower"):
        solve(linear("O", "O", apart=1.21), replace(COMPACT, xc="m06-2x"), 50, resources)


def test_a_closed_shell_of_small_gap_stands(resources: Resources) -> None:
    """Methylglyoxal, the gap of which is smaller than that of ozone."""
    geometry = Geometry(
        ("C", "O", "C", "O", "H", "H"),
        np.array(
            [
                [0.0, 0.76, 0.0],
                [1.04, 1.36, 0.0],
                [0.0, -0.76, 0.0],
                [-1.04, -1.36, 0.0],
                [-1.0, 1.22, 0.0],
                [1.0, -1.22, 0.0],
            ]
        ),
        0,
    )
    found = solve(geometry, COMPACT, 50, resources)
    assert found.gap < closed_shell.SUSPICIOUS_GAP
    tried = {rung.of for rung in resources.account.rungs}
    assert tried == {"orbitals"} | {
        f"orbitals: {state}" for state in ("closed shell", "triplet", "open singlet")
    }


def test_no_value_of_oxygen_comes_from_the_oracle(tmp_path: Path) -> None:
    with pytest.raises(RejectedError, match="no closed shell") as caught:
        Orbitals().measure(parse("O=O"), tmp_path)
    tried = [rung["of"] for rung in caught.value.details["rungs"]]
    assert tried == ["geometry"] * 2 + ["orbitals", "orbitals: closed shell", "orbitals: triplet"]
