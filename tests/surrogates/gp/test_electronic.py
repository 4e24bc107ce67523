"""Hückel levels against textbooks, charges against symmetry."""

from __future__ import annotations

import numpy as np
import pytest

from loop.molecule import parse
from surrogates.gp.electronic import INDUCTION, SIGMA, SIGMA_STAR, charges, electronic, levels
from tests.surrogates.boiling import compounds


@pytest.mark.parametrize(
    ("smiles", "homo", "lumo"),
    [
        ("C=C", 1.0, -1.0),
        ("C=CC=C", (5**0.5 - 1) / 2, -(5**0.5 - 1) / 2),
        ("c1ccccc1", 1.0, -1.0),
        ("c1ccc2ccccc2c1", (5**0.5 - 1) / 2, -(5**0.5 - 1) / 2),
        ("C=O", 0.97 / 2 + (0.97**2 / 4 + 1.06**2) ** 0.5, 0.97 / 2 - (0.97**2 / 4 + 1.06**2) ** 0.5),
        ("N", 1.37, SIGMA_STAR),
        ("CN", 1.37 - INDUCTION, SIGMA_STAR),
        ("CCCC", SIGMA, SIGMA_STAR),
    ],
)
def test_levels_are_those_of_a_textbook(smiles: str, homo: float, lumo: float) -> None:
    assert levels(parse(smiles).rdkit()) == pytest.approx((homo, lumo), abs=1e-3)


def test_pyrrole_is_rich_and_pyridine_poor_in_electrons() -> None:
    pyrrole, pyridine = (levels(parse(s).rdkit()) for s in ("c1cc[nH]c1", "c1ccncc1"))
    assert pyrrole[0] < pyridine[0], "pyrrole gives its electrons more easily"
    assert pyridine[1] > -1.0, "pyridine takes one more easily than benzene"


def test_a_dipole_needs_charges_apart() -> None:
    methane, propane, formamide = (charges(parse(s).rdkit())[0] for s in ("C", "CCC", "NC=O"))
    assert methane == pytest.approx(0.0, abs=1e-6)
    assert propane < formamide / 5


def test_every_compound_has_numbers() -> None:
    values = np.array([electronic(m.rdkit()) for m in compounds()[0][:500]])
    assert np.isfinite(values).all()
    assert (values[:, 0] > values[:, 1]).all(), "HOMO is below LUMO"
