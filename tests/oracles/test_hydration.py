"""Free energies of hydration against experiment, and what has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from loop.molecule import parse
from loop.protocols import ConvergenceError, InputError, RejectedError
from oracles.chemistry import transfer
from oracles.hydration import UNCERTAINTY, UNCERTAINTY_SULFONYL, Hydration

EV = 0.0433641
"""One kcal/mol in eV."""

MEASURED = {
    "C": 2.00,
    "CC": 1.83,
    "N": -4.29,
    "CO": -5.10,
    "CCO": -5.00,
    "CN": -4.55,
    "COC": -1.91,
    "CC=O": -3.50,
    "CC#N": -3.88,
    "CC(=O)O": -6.69,
    "CC(C)=O": -3.80,
    "CC(N)=O": -9.71,
    "CS(C)=O": -9.28,
    "C[N+](=O)[O-]": -4.02,
    "CCl": -0.55,
    "CCS": -1.14,
}
"""In kcal/mol, 1 M gas to 1 M solution: FreeSolv, 10.1007/s10822-014-9747-x."""


def test_methanol_is_met_within_twice_the_uncertainty(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = Hydration().measure(parse("CO"), tmp_path)
    (value,) = found.values
    assert value.value == pytest.approx(MEASURED["CO"] * EV, abs=2 * UNCERTAINTY)
    assert value.uncertainty == UNCERTAINTY
    energies = found.details["energies_hartree"]
    assert (energies["water"] - energies["gas"]) * 27.2114 == pytest.approx(value.value, abs=1e-5)
    assert found.details["nonelectrostatic_hartree"] * 627.5 == pytest.approx(2.5, abs=0.3)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_the_stated_uncertainty_is_the_error_against_experiment(tmp_path: Path) -> None:
    found = [Hydration().measure(parse(s), tmp_path).values[0].value for s in MEASURED]
    errors = np.array(found) - np.array(list(MEASURED.values())) * EV
    assert np.sqrt((errors**2).mean()) < 1.3 * UNCERTAINTY
    assert np.abs(errors).max() < 3 * UNCERTAINTY


@pytest.mark.slow
def test_a_sulfone_is_trusted_less(tmp_path: Path) -> None:
    """Dimethyl sulfone, measured -10.08 kcal/mol."""
    (value,) = Hydration().measure(parse("CS(C)(=O)=O"), tmp_path).values
    assert value.uncertainty == UNCERTAINTY_SULFONYL
    assert value.value == pytest.approx(-10.08 * EV, abs=2 * UNCERTAINTY_SULFONYL)


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("CB(O)O", "contains B,"),
        ("CBr", "contains Br"),
        ("C[Ge](C)(C)O", "contains Ge"),
        ("CC(=O)[O-]", "charge -1"),
        ("C[NH3+]", r"charge \+1"),
        ("[NH3+]CC(=O)[O-]", "is a zwitterion, which does not exist in gas"),
    ],
)
def test_what_has_none_is_refused(smiles: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        Hydration().measure(parse(smiles), tmp_path)


def test_too_few_cycles_are_a_convergence_error(tmp_path: Path) -> None:
    with pytest.raises(ConvergenceError):
        Hydration(max_cycle=1).measure(parse("O"), tmp_path)


@pytest.mark.parametrize("energy", [-2.1, 0.6, float("nan")])
def test_an_energy_that_cannot_be_is_rejected(energy: float) -> None:
    with pytest.raises(RejectedError, match="the free energy of hydration of CO is"):
        transfer.believe(parse("CO"), energy)


def test_the_digest_knows_what_changes_a_value() -> None:
    assert Hydration(max_cycle=61).protocol().digest != Hydration().protocol().digest
    assert Hydration(max_memory_mb=1000).protocol().digest == Hydration().protocol().digest
