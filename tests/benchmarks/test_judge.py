"""The judge of recorded values: what is right passes, and what was made wrong on purpose is caught."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from benchmarks.judge import conformers, embedding, graphs, placing, rebuild, reference, shells, verdicts
from benchmarks.judge.adversaries import EXPECTED, adversaries
from benchmarks.judge.verdicts import AGREES, UNDECIDED, WRONG, Judge
from benchmarks.oracle_rows import children
from benchmarks.oracle_rows.structure import HARTREE, Structure, read_xyz
from loop.molecule import MoleculeError, parse
from oracles.orbitals import Orbitals
from oracles.zinc_exchange import ZincExchange

WATER = Structure(
    ("O", "H", "H"), np.array([[0.0, 0.0, 0.117], [0.0, 0.759, -0.469], [0.0, -0.759, -0.469]]), 0
)
GAS = Orbitals(solvent="gas")


def embedded(smiles: str) -> Structure:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMolecule(mol, randomSeed=7)
    symbols = tuple(a.GetSymbol() for a in mol.GetAtoms())
    return Structure(symbols, np.asarray(mol.GetConformer().GetPositions()), Chem.GetFormalCharge(mol))


def complexed(smiles: str) -> tuple[Structure, dict[str, Any]]:
    """Zinc with five waters before the molecule, and a record that claims just that."""
    start = placing.starts(smiles, waters=5, n=1)[0]
    atoms = len(start.symbols) - 16
    details = {
        "complex": start.xyz(),
        "ligand": Structure(start.symbols[:atoms], start.positions[:atoms], start.charge - 2).xyz(),
        "denticity": 1,
        "coordination": 6,
    }
    return start, details


@pytest.mark.parametrize(
    "smiles", ["CCO", "COC", "NC(N)=O", "C[N+](C)(C)[O-]", "C1C2CC12", "FS(F)(F)F", "[NH3+]CC(=O)[O-]"]
)
def test_a_molecule_is_itself(smiles: str) -> None:
    assert graphs.disagreement(embedded(smiles), smiles) is None


@pytest.mark.parametrize(
    ("drawn", "asked"), [("CCO", "COC"), ("O=c1cccc[nH]1", "Oc1ccccn1"), ("NCC(=O)O", "[NH3+]CC(=O)[O-]")]
)
def test_another_molecule_of_the_same_atoms_is_caught(drawn: str, asked: str) -> None:
    assert "the atoms are" in str(graphs.disagreement(embedded(drawn), asked))


def test_a_bond_that_broke_is_caught() -> None:
    broken = WATER.positions + np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    assert graphs.disagreement(Structure(WATER.symbols, broken, 0), "O") is not None
    assert graphs.disagreement(WATER, "O") is None


def test_the_mirror_image_is_caught_and_what_was_left_open_is_not() -> None:
    right = embedded("C[C@H](F)Cl")
    mirrored = Structure(right.symbols, right.positions * np.array([1.0, 1.0, -1.0]), 0)
    assert graphs.stereo_disagreement(right, "C[C@H](F)Cl") is None
    assert "stereochemistry" in str(graphs.stereo_disagreement(mirrored, "C[C@H](F)Cl"))
    assert graphs.stereo_disagreement(mirrored, "CC(F)Cl") is None


def test_the_other_side_of_a_double_bond_is_caught() -> None:
    assert graphs.stereo_disagreement(embedded("F/C=C/F"), "F/C=C/F") is None
    assert graphs.stereo_disagreement(embedded("F/C=C/F"), "F/C=C\\F") is not None


def test_dioxygen_is_no_closed_shell_and_water_is() -> None:
    oxygen = Structure(("O", "O"), np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.21]]), 0)
    found = {s: shells.states(shells.job(g, water=False)) for s, g in (("O=O", oxygen), ("O", WATER))}
    assert "triplet is 1." in str(shells.disagreement(found["O=O"]))
    assert found["O=O"]["broken"] < -0.5
    assert shells.disagreement(found["O"]) is None


def test_a_bromine_compound_is_judged_in_a_basis_set_that_has_bromine() -> None:
    hydrogen_bromide = Structure(("Br", "H"), np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.41]]), 0)
    found = shells.states(shells.job(hydrogen_bromide, water=True))
    assert found["closed_converged"]
    assert found["triplet"] > 3.0


@pytest.mark.slow
def test_a_weak_instability_of_another_symmetry_is_caught() -> None:
    """Ozone: HOMO and LUMO do not mix by symmetry, and the triplet is higher."""
    positions = np.array([[-1.118, -0.244, 0.0], [0.0, 0.430, 0.0], [1.118, -0.244, 0.0]])
    found = shells.states(shells.job(Structure(("O", "O", "O"), positions, 0), water=False))
    assert found["triplet"] > 0.5
    assert found["broken"] < -0.05
    assert "open-shell singlet" in str(shells.disagreement(found))


def test_an_open_shell_singlet_is_caught_without_a_triplet_below() -> None:
    assert "open-shell singlet" in str(shells.disagreement({"triplet": 0.3, "broken": -0.1}))
    assert shells.disagreement({"triplet": None, "broken": -shells.MARGIN * HARTREE / 2}) is None


def test_an_orbital_is_wrong_beyond_four_uncertainties() -> None:
    values = {"homo": (-7.0, 0.05), "lumo": (-0.5, 0.07)}
    assert reference.disagreement(values, {"homo": -7.19, "lumo": -0.23}) is None
    assert "homo -7.00 eV is +0.21" in str(reference.disagreement(values, {"homo": -7.21, "lumo": -0.5}))
    assert "dipole 1.00 debye" in str(reference.disagreement({"dipole": (1.0, 0.05)}, {"dipole": 1.85}))


def test_a_complex_is_what_its_record_claims() -> None:
    start, details = complexed("NC(N)=O")
    assert rebuild.claim_disagreement(details, "NC(N)=O") is None
    assert start.symbols[rebuild.ligand_donors(start, 5)[0]] in {"N", "O"}


def test_what_is_bonded_to_a_donor_is_near_zinc_without_being_bound() -> None:
    """N=S=O through its oxygen, as the oracle found it: Zn-O 1.95, Zn-S 2.82 angstrom."""
    positions = np.array([[4.1, 0.9, 0.0], [2.61, 1.07, 0.0], [1.95, 0.0, 0.0], [0.0, 0.0, 0.0]])
    sure, perhaps = rebuild.neighbours(Structure(("N", "S", "O", "Zn"), positions, 2))
    assert (set(sure), set(perhaps)) == ({2}, {1, 2})
    alone = Structure(("S", "Zn"), positions[[1, 3]], 2)
    assert set(rebuild.neighbours(alone)[0]) == {0}


@pytest.mark.parametrize("claim", [{"denticity": 2}, {"coordination": 5}])
def test_a_false_claim_is_caught(claim: dict[str, int]) -> None:
    details = complexed("NC(N)=O")[1]
    assert f"the {next(iter(claim))} is" in str(rebuild.claim_disagreement(details | claim, "NC(N)=O"))


def test_a_proton_that_moved_to_a_water_is_caught() -> None:
    start, details = complexed("CO")
    moved = start.positions.copy()
    moved[5] = start.positions[7] + np.array([0.6, 0.6, 0.4])  # the hydroxyl's, to the first water
    details["complex"] = Structure(start.symbols, moved, 2).xyz()
    assert start.symbols[5:8] == ("H", "Zn", "O")
    assert "the atoms are" in str(rebuild.claim_disagreement(details, "CO"))


def test_starts_of_another_search_do_not_clash() -> None:
    for start in placing.starts("NCCO", waters=5, n=4):
        apart = np.linalg.norm(start.positions[:, None] - start.positions[None], axis=-1)
        assert apart[~np.eye(len(apart), dtype=bool)].min() > 0.8
        assert start.charge == 2


def test_a_step_that_fails_leaves_the_verdict_open() -> None:
    found = Judge("O", GAS, 0.01).orbitals({"homo": (-8.0, 0.05)}, {"geometry": WATER.xyz()})
    assert found.verdict == UNDECIDED
    assert "the deadline of 0.01 s passed" in found.reason


def test_a_false_claim_is_wrong_before_anything_is_calculated() -> None:
    details = complexed("NC(N)=O")[1] | {"denticity": 2}
    judge = Judge("NC(N)=O", ZincExchange(), 0.01)
    found = judge.binding((-0.4, 0.08), details, {"error": "unused"}, one_donor=False)
    assert (found.verdict, found.found) == (WRONG, {})


def hydrazine(torsion: float) -> Structure:
    """Lone pairs this far apart, in degrees: 180 is anti, 90 gauche."""
    amine = np.array([[0.725, 0.0, 0.0], [1.0, 0.57, 0.8], [1.0, 0.57, -0.8]])
    c, s = np.cos(np.radians(torsion)), np.sin(np.radians(torsion))
    other = amine * np.array([-1.0, 1.0, 1.0]) @ np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])
    return Structure(("N", "H", "H", "N", "H", "H"), np.vstack([amine, other]), 0)


def test_another_search_finds_the_conformer_that_a_record_has_not() -> None:
    """Hydrazine is gauche; GFN2 says anti."""
    anti = hydrazine(180.0)
    found = conformers.search(conformers.job(anti, "NN", water=False))
    lower = read_xyz(found["others"][0])
    assert not conformers.same(lower, anti)
    again = conformers.search(conformers.job(lower, "NN", water=False))
    assert found["others"][0] not in again["others"]


@pytest.mark.slow
def test_a_search_that_finds_no_conformer_leaves_the_verdict_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def finding_none(function: str, argument: dict[str, Any], deadline: float) -> dict[str, Any]:
        if function.endswith("conformers:search"):
            return {"value": {"others": [], "found": 0, "energies": []}}
        return children.call(function, argument, deadline)

    monkeypatch.setattr(verdicts, "call", finding_none)
    found = Judge("O", GAS, 600.0).orbitals({}, {"geometry": WATER.xyz()})
    assert (found.verdict, found.reason) == (UNDECIDED, "another search for conformers found none")


def test_the_search_embeds_what_has_no_rule_for_its_torsions() -> None:
    assert embedding.embedded("N=S=O", 3, 1).GetNumConformers() == 3
    assert embedding.embedded("C1C23CC1(C2)C3", 3, 1).GetNumConformers() == 0  # [1.1.1]propellane


def test_mirror_images_are_one_conformer() -> None:
    assert conformers.same(hydrazine(90.0), hydrazine(-90.0))
    assert not conformers.same(hydrazine(90.0), hydrazine(180.0))


@pytest.mark.slow
def test_a_value_of_another_conformer_is_caught() -> None:
    """The HOMO of anti-hydrazine in gas is an eV above that of gauche, the lowest."""
    details = {"geometry": hydrazine(180.0).xyz()}
    found = Judge("NN", GAS, 600.0).orbitals({"homo": (-5.2, 0.03)}, details)
    assert found.verdict == WRONG
    assert "below the recorded one: homo" in found.reason


@pytest.mark.slow
def test_a_value_made_wrong_on_purpose_is_caught() -> None:
    """Water in gas, exact integrals and grid 3: HOMO -8.74, LUMO -0.64 eV."""
    details = {"geometry": WATER.xyz()}
    right = {"homo": (-8.74, 0.05), "lumo": (-0.64, 0.07)}
    assert Judge("O", GAS, 300.0).orbitals(right, details).verdict == AGREES
    found = Judge("O", GAS, 300.0).orbitals({**right, "homo": (-8.4, 0.05)}, details)
    assert found.verdict == WRONG
    assert "homo -8.40 eV is +0.3" in found.reason


def test_the_adversarial_set_is_well_formed() -> None:
    found = adversaries()
    assert len(found) >= 36
    assert len({a.smiles for a in found}) == len(found)
    assert all(a.why and a.group and {a.orbitals, a.binding} <= set(EXPECTED) for a in found)
    for adversary in found:
        try:
            parse(adversary.smiles)
        except MoleculeError:
            assert (adversary.orbitals, adversary.binding) == ("refusal", "refusal")
