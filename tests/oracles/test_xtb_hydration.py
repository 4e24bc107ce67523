"""GFN2 free energies of hydration: a rank, the standard state, and what has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr
from tblite.interface import Calculator

from loop.molecule import parse
from loop.protocols import InputError
from oracles.chemistry import semiempirical
from oracles.chemistry.ligand import prepare
from oracles.xtb_hydration import XtbHydration
from tests.oracles.test_hydration import EV, MEASURED


def test_they_rank_what_is_measured(tmp_path: Path) -> None:
    found = [XtbHydration().measure(parse(s), tmp_path).values[0].value for s in MEASURED]
    assert spearmanr(found, list(MEASURED.values())).statistic > 0.75
    errors = np.array(found) - np.array(list(MEASURED.values())) * EV
    assert np.sqrt((errors**2).mean()) < 0.11


def test_the_standard_state_is_one_molar_gas_to_one_molar_solution() -> None:
    """From 1 bar of gas (24.79 l/mol at 298.15 K) it would be RT ln 24.79 = 0.0825 eV more."""
    geometry = prepare(parse("CO"), water=True).conformers[0]
    numbers, bohr = np.array([6, 8, 1, 1, 1, 1]), geometry.positions / 0.529177210903
    energies = {}
    for state in ("gsolv", "bar1mol"):
        calculator = Calculator("GFN2-xTB", numbers, bohr)
        calculator.set("verbosity", 0)
        calculator.add("alpb-solvation", "water", state)
        energies[state] = float(calculator.singlepoint().get("energy")) * 27.211386
    assert semiempirical.point(geometry, water=True).energy == pytest.approx(energies["gsolv"], abs=1e-5)
    assert energies["bar1mol"] - energies["gsolv"] == pytest.approx(0.0825, abs=2e-4)


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("CB(O)O", "contains B,"),
        ("CC(=O)[O-]", "charge -1"),
        ("[NH3+]CC(=O)[O-]", "is a zwitterion, which does not exist in gas"),
    ],
)
def test_what_has_none_is_refused(smiles: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        XtbHydration().measure(parse(smiles), tmp_path)
