"""Whether the density of a complex is believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loop.molecule import parse
from loop.protocols import RejectedError
from oracles.chemistry.bound import believe_density
from oracles.chemistry.ions import IONS

UREA = parse("NC(N)=O")


def test_a_sound_density_is_believed() -> None:
    believe_density(UREA, gap=8.0, charge_shift=-0.1, ion=IONS["Zn2+"])


def test_a_small_gap_is_not_believed() -> None:
    with pytest.raises(RejectedError, match=r"gap of the complex of NC\(N\)=O is 2\.90 eV, below 3 eV"):
        believe_density(UREA, gap=2.9, charge_shift=0.0, ion=IONS["Zn2+"])


@pytest.mark.parametrize("shift", [-0.3, 0.3])
def test_charge_that_left_the_ion_is_not_believed(shift: float) -> None:
    with pytest.raises(RejectedError, match=r"charge of Li .* charge transfer"):
        believe_density(UREA, gap=8.0, charge_shift=shift, ion=IONS["Li+"])
    believe_density(UREA, gap=8.0, charge_shift=shift, ion=replace(IONS["Li+"], largest_shift=0.4))
