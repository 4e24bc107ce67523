"""Bare binding energies: published ones, refusals, and complexes that fell apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from loop.molecule import parse
from loop.protocols import InputError, RejectedError
from oracles.chemistry import binding
from oracles.chemistry.binding import believe_density, flaw
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ions import IONS
from oracles.chemistry.ligand import Ligand, prepare
from oracles.zinc_binding import ZincBinding

KCAL = 23.0605
"""Per mol, in eV."""

ZINC = IONS["Zn2+"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("smiles", "depth", "distance"),
    # Depths by B3LYP/def2-TZVPD, distances by CCSD(T)/def2-TZVPP.
    [("O", 102.3, 1.875), ("N", 137.0, 1.966)],
)
def test_zinc_with_water_and_ammonia(
    smiles: str, depth: float, distance: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = ZincBinding().measure(parse(smiles), tmp_path / "a")
    assert -found.values[0].value * KCAL == pytest.approx(depth, abs=0.7)
    assert found.details["ion_distances_angstrom"] == pytest.approx([distance], abs=0.015)
    assert 0.0 < found.details["superposition_ev"] * KCAL < 1.0
    assert found.details["reaction"] == "Zn2+ + L -> [ZnL]2+"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("C[Se]C", "contains Se"),
        ("CC(=O)[O-]", "charge -1"),
        ("CCCC", "no donor atom"),
        ("[NH3+]CC(=O)[O-]", "zwitterion, which does not exist in gas"),
    ],
)
def test_what_it_does_not_cover_is_refused(smiles: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        ZincBinding().measure(parse(smiles), tmp_path)


def _bare(smiles: str) -> tuple[Ligand, Geometry]:
    ligand = prepare(parse(smiles), water=False)
    lone = ligand.conformers[0]
    outward = lone.positions[0] - lone.positions[1:].mean(axis=0)
    at = lone.positions[0] + 1.95 * outward / np.linalg.norm(outward)
    return ligand, Geometry((*lone.symbols, "Zn"), np.vstack([lone.positions, at]), 2)


def test_a_proton_taken_from_the_molecule_is_noticed() -> None:
    ligand, bare = _bare("O")
    assert flaw(ligand, ZINC, bare) is None
    positions = bare.positions.copy()
    positions[1] = positions[-1] + np.array([0.0, 0.0, 1.55])
    assert "broken O1-H2" in str(flaw(ligand, ZINC, bare.moved(positions)))


def test_a_molecule_that_left_is_noticed() -> None:
    ligand, bare = _bare("O")
    positions = bare.positions.copy()
    positions[-1] *= 4.0
    assert flaw(ligand, ZINC, bare.moved(positions)) == "the molecule left the ion"


def test_an_electron_that_went_to_the_ion_is_noticed() -> None:
    believe_density(parse("O"), gap=5.0, charge=1.75, ion=ZINC)
    with pytest.raises(RejectedError, match="gap of the bare complex of O"):
        believe_density(parse("O"), gap=0.3, charge=1.75, ion=ZINC)
    with pytest.raises(RejectedError, match="charge transfer"):
        believe_density(parse("O"), gap=5.0, charge=0.95, ion=ZINC)


def test_fragments_keep_the_functions_of_the_other() -> None:
    _, bare = _bare("O")
    assert binding._ion(bare, ghosts=True).symbols == ("ghost-O", "ghost-H", "ghost-H", "Zn")
    assert binding._ligand(bare, ghosts=True).symbols == ("O", "H", "H", "ghost-Zn")
    assert (binding._ion(bare, ghosts=True).charge, binding._ligand(bare, ghosts=True).charge) == (2, 0)
    assert binding._ligand(bare, ghosts=False).symbols == ("O", "H", "H")


def test_what_does_not_exist_in_gas_is_refused_with_a_way_out() -> None:
    acetate, glycine = (str(ZincBinding().refusal(parse(s))) for s in ("CC(=O)[O-]", "[NH3+]CC(=O)[O-]"))
    assert acetate == "CC(=O)[O-] has the charge -1; give its neutral form"
    assert "is a zwitterion, which does not exist in gas; give its neutral form" in glycine
