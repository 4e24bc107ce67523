"""Ionisation energies, affinities and potentials: against experiment, and electrons that are not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from loop.molecule import parse
from loop.protocols import ConvergenceError, InputError, RejectedError
from loop.records import Measurement
from oracles.chemistry import doublets, electrons
from oracles.chemistry.lowest import lowest
from oracles.chemistry.selfconsistent import solve
from oracles.chemistry.theory import Resources
from oracles.redox import UNCERTAINTY, UNCERTAINTY_OUTSIDE, Redox

GAS, GAS_FORCES = (replace(f, continuum=None) for f in (Redox().functional(), Redox().forces()))
COMPACT = replace(Redox().compact(), continuum=None)


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return Resources(tmp_path / "scratch", 3000)


def values(found: Measurement) -> dict[str, float]:
    return {v.property: v.value for v in found.values}


@pytest.mark.parametrize(("smiles", "measured"), [("O", 12.6), ("N", 10.8)])
def test_ionisation_energies_in_gas_are_those_of_photoemission(
    smiles: str, measured: float, resources: Resources
) -> None:
    """Vertical, NIST Chemistry WebBook; B3LYP's mean error is 0.2 eV, 10.1063/1.476538."""
    found = electrons.vertical(parse(smiles), GAS, COMPACT, GAS_FORCES, 60, resources)
    assert found.ip == pytest.approx(measured, abs=0.25)
    assert not found.held
    assert found.ea < 0.0


def test_a_molecule_that_holds_an_electron_in_gas_is_seen_to(resources: Resources) -> None:
    """Sulfur dioxide: adiabatic affinity 1.11 eV (NIST Chemistry WebBook), vertical a little less."""
    found = electrons.vertical(parse("O=S=O"), GAS, COMPACT, GAS_FORCES, 60, resources)
    assert found.held
    assert 0.7 < found.ea < 1.3
    assert found.details["anion"]["outside_cavity"] < 0.15


def test_water_takes_up_no_electron_that_diffuse_functions_would_give_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """With them it binds one by 1.0 eV, more strongly than acetone does."""
    found = Redox().measure(parse("O"), tmp_path)
    v = values(found)
    assert found.details["anion"]["outside_cavity"] > 0.6
    assert "outside" in found.details["added_electron"]
    assert v["ea_water"] < -1.0
    assert {x.property: x.uncertainty for x in found.values}["ea_water"] == UNCERTAINTY_OUTSIDE["ea_water"]
    # Trasatti's 4.44 V, and -0.762 V for zinc, both against SHE.
    assert v["oxidation_potential"] == pytest.approx(v["ip_water"] - 4.44 + 0.762, abs=1e-9)
    assert v["reduction_potential"] == pytest.approx(v["ea_water"] - 4.44 + 0.762, abs=1e-9)
    assert v["oxidation_potential"] > 2.5, "water is stable well above its thermodynamic 2.0 V, vertically"
    for ion in ("cation", "anion"):
        assert found.details[ion]["spin_square"] == pytest.approx(0.75, abs=0.01)
    # Water's second cation has another symmetry, 2.2 eV above, and keeps it; both starts give one anion.
    assert found.details["cation"]["other_start_above_hartree"] == pytest.approx(0.082, abs=0.01)
    assert found.details["anion"]["other_start_above_hartree"] < 1e-5
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_nitromethane_takes_up_an_electron(tmp_path: Path) -> None:
    found = Redox().measure(parse("C[N+](=O)[O-]"), tmp_path)
    assert found.details["added_electron"] == "in the molecule"
    assert {v.property: v.uncertainty for v in found.values} == UNCERTAINTY
    assert values(found)["reduction_potential"] > -2.0, "water's is below -3"


@pytest.mark.slow
def test_a_cation_that_converges_to_an_excited_state_is_seen_through(tmp_path: Path) -> None:
    """Acrolein: out of its HOMO's shape the electron leaves the wrong orbital; B3LYP's HOMO is at -7.5 eV."""
    found = Redox().measure(parse("C=CC=O"), tmp_path)
    assert found.details["cation"]["other_start_above_hartree"] > 0.01
    assert values(found)["ip_water"] == pytest.approx(-found.details["homo_ev"], abs=0.3)


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("CI", "contains I"),
        ("C[Se]C", "contains Se"),
        ("CC(=O)[O-]", "charge -1"),
        ("C[NH3+]", r"charge \+1"),
    ],
)
def test_what_it_does_not_cover_is_refused(smiles: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        Redox().measure(parse(smiles), tmp_path)


def test_too_few_cycles_are_a_convergence_error(tmp_path: Path) -> None:
    with pytest.raises(ConvergenceError):
        Redox(max_cycle=1).measure(parse("O"), tmp_path)


def test_an_ion_that_does_not_converge_is_an_error_and_never_a_number(resources: Resources) -> None:
    at = lowest(parse("O"), GAS_FORCES, 60, resources)
    neutral = solve(at.geometry, GAS, 60, resources)
    with pytest.raises(ConvergenceError, match=r"the cation with b3lyp/6-31\+\+g\*\* did not converge in 1"):
        doublets.doublet(neutral, at.geometry, 1, GAS, 1, resources)


def test_a_state_that_is_no_doublet_is_rejected(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doublets, "LARGEST_CONTAMINATION", 1e-4)
    at = lowest(parse("O"), GAS_FORCES, 60, resources)
    neutral = solve(at.geometry, GAS, 60, resources)
    with pytest.raises(RejectedError, match=r"<S2> of the cation .* is 0\.75, not 0\.75"):
        doublets.doublet(neutral, at.geometry, 1, GAS, 60, resources)


@pytest.mark.parametrize("energy", [6.9, 8.1, float("nan")])
def test_an_energy_far_from_its_orbital_is_rejected(energy: float) -> None:
    with pytest.raises(RejectedError, match=r"the ionisation energy of CO is .* another state"):
        electrons.believe(parse("CO"), "ionisation energy", energy, 7.5, 0.5)


def test_the_digest_knows_what_changes_a_value() -> None:
    assert Redox(max_cycle=61).protocol().digest != Redox().protocol().digest
    assert Redox(max_memory_mb=1000).protocol().digest == Redox().protocol().digest
