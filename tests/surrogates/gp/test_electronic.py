"""Hückel levels against textbooks, charges against symmetry."""

from __future__ import annotations

import numpy as np
import pytest

from loop.molecule import parse
from surrogates.gp.electronic import INDUCTION, NAMES, SIGMA, SIGMA_STAR, Hueckel, electronic, hueckel
from tests.surrogates.boiling import compounds


def solved(smiles: str) -> Hueckel:
    mol = parse(smiles).rdkit()
    return hueckel(mol, list(mol.GetAtoms()))


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
    found = solved(smiles)
    assert (found.homo, found.lumo) == pytest.approx((homo, lumo), abs=1e-3)


def test_pyrrole_is_rich_and_pyridine_poor_in_electrons() -> None:
    pyrrole, pyridine = (solved(s) for s in ("c1cc[nH]c1", "c1ccncc1"))
    assert pyrrole.homo < pyridine.homo, "pyrrole gives its electrons more easily"
    assert pyridine.lumo > -1.0, "pyridine takes one more easily than benzene"
    assert pyrrole.charges[3] > 0.0 > pyridine.charges[3], "one gives electrons to its ring, one takes them"


def test_charges_add_up_and_vanish_in_alternants() -> None:
    for smiles in ("c1cc[nH]c1", "c1ccncc1", "CC(=O)N", "C[N+](=O)[O-]"):
        assert solved(smiles).charges.sum() == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(solved("C=CC=C").charges, 0.0, atol=1e-9)
    assert solved("C=O").charges[1] < -0.2


def test_a_dipole_needs_charges_apart() -> None:
    place = NAMES.index("dipole moment")
    methane, propane, formamide = (electronic(parse(s).rdkit())[place] for s in ("C", "CCC", "NC=O"))
    assert methane == pytest.approx(0.0, abs=1e-6)
    assert propane < formamide / 5


def test_every_compound_has_numbers() -> None:
    values = np.array([electronic(m.rdkit()) for m in compounds()[0][:500]])
    assert np.isfinite(values).all()
    assert (values[:, 0] > values[:, 1]).all(), "HOMO is below LUMO"
