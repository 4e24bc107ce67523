"""What the search for complexes finds, and which denticity it is of."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from rdkit.Chem.rdchem import Mol

from loop.molecule import parse
from loop.protocols import RejectedError
from oracles.chemistry import chelate, complexes, denticity, hops, hydrogen_bonds, semiempirical
from oracles.chemistry.complexes import QUICK, THOROUGH
from oracles.chemistry.coordinated import Built, Complex, believe, uncertainty
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ions import IONS, IonName
from oracles.chemistry.ligand import Ligand, prepare
from oracles.chemistry.sites import sites
from oracles.chemistry.trajectory import Trajectory
from oracles.contained import abreast

ZINC = IONS["Zn2+"]
LIGHT = replace(THOROUGH, hops=2, hops_chelates=1, bridges=3)


def search(smiles: str) -> Built:
    return complexes.build(prepare(parse(smiles), water=True), ZINC, QUICK)


def test_a_complex_of_ammonia_relaxes_intact_and_beats_the_hydrate() -> None:
    ligands = {s: prepare(parse(s), water=True) for s in ("N", "O")}
    found = {s: complexes.build(ligand, ZINC, LIGHT).complexes[0] for s, ligand in ligands.items()}
    energy = {
        s: found[s].energy - semiempirical.point(ligands[s].conformers[0], water=True).energy for s in found
    }
    assert found["N"].kinds == ("amine N",)
    assert found["N"].shell.coordination == 6
    # GFN2/ALPB alone puts the exchange near -0.3 eV; a lost hydrogen bond or water would show.
    assert energy["N"] - energy["O"] == pytest.approx(-0.32, abs=0.1)


@pytest.mark.slow
def test_a_donor_that_comes_no_nearer_is_said_to_be_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dibromomethylamine, whose lone pair the bromines hold: no complex has its N within 2.4 angstrom."""
    found = search("CN(Br)Br")
    assert found.weak
    assert "a Zn-N distance is" in found.flaws[1]
    assert {c.kinds for c in found.complexes} == {("amine N",)}
    assert all(2.4 < c.shell.distances[0] < 2.6 for c in found.complexes)
    assert uncertainty(0.04, found.details()) > 0.1
    usual = search("N")
    assert not usual.weak
    assert uncertainty(0.04, usual.details()) == 0.04
    monkeypatch.setattr(complexes, "rearranged", lambda *_: "the bonds changed")
    with pytest.raises(RejectedError, match="a Zn-N distance is"):
        search("CN(Br)Br")  # where one start reacts, a donor is not weak


def test_a_water_of_the_shell_holds_on_to_the_ligand_where_that_is_lower() -> None:
    """Dioxolane through one oxygen, a hydrogen bond to the other: 0.17 eV lower by B3LYP, and a tight fit."""
    lowest = complexes.build(prepare(parse("C1COCO1"), water=True), ZINC, LIGHT).complexes[0]
    ring = [k for k in range(5) if lowest.geometry.symbols[k] == "O" and k not in lowest.shell.ligand]
    hydrogens = [k for k, symbol in enumerate(lowest.geometry.symbols) if symbol == "H" and k > 11]
    apart = lowest.geometry.positions[hydrogens] - lowest.geometry.positions[ring]
    assert np.linalg.norm(apart, axis=1).min() < 2.0


def test_a_hop_finds_what_the_starts_missed_and_every_minimum_once() -> None:
    ligand = prepare(parse("OCCO"), water=True)
    before, after = (complexes.build(ligand, ZINC, replace(LIGHT, hops=n), chelates=False) for n in (0, 4))
    assert after.starts == before.starts
    assert after.complexes[0].energy <= before.complexes[0].energy
    found, known = ([*built.complexes, *built.others] for built in (after, before))
    assert len(known) < len(found) <= len(known) + 4
    assert not any(complexes._equal(a, b) for a, b in combinations(found, 2))


def test_hops_side_by_side_find_what_one_after_the_other_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a high complex they lead lower, after which those ahead of that go again."""
    ligand = prepare(parse("OCCO"), water=True)
    built = complexes.build(ligand, ZINC, QUICK, chelates=False)
    highest = max((*built.complexes, *built.others), key=lambda c: c.energy)
    hopped: list[int] = []

    def hop(complex_: Complex, mol: Mol, k: int, rng: np.random.Generator) -> Geometry:
        hopped.append(k)
        return whence(complex_, mol, k, rng)

    whence = hops.hop
    monkeypatch.setattr(hops, "hop", hop)
    found: dict[int, list[Complex]] = {}
    for at_once in (1, 3):
        monkeypatch.setattr(abreast, "_at_once", at_once)
        found[at_once] = [highest]
        complexes._hop(ligand, ZINC, highest, 6, found[at_once])
    assert [c.energy for c in found[1]] == [c.energy for c in found[3]]
    for a, b in zip(found[1], found[3], strict=True):
        assert np.array_equal(a.geometry.positions, b.geometry.positions)
    assert hopped[:6] == [*range(6)]
    assert len(hopped) > 12, "none went again"


def test_several_minima_are_kept_lowest_first_and_every_kind_of_donor_among_them() -> None:
    """GFN2 has nitriles too strong and sulfoxides too weak, so that it cannot choose between these two."""
    ligand = prepare(parse("CS(=O)CC#N"), water=True)
    found = complexes.build(ligand, ZINC, LIGHT, chelates=False).complexes
    energies = [c.energy for c in found]
    assert energies == sorted(energies)
    families = Built(found, (), {}, {}).families
    assert {family[0].kinds for family in families} == {("nitrile N",), ("sulfoxide or sulfonyl O",)}
    assert {len(family) for family in families} == {THOROUGH.kept}


def test_the_lowest_of_each_denticity_is_told_from_the_others() -> None:
    one, two = search("NCCN").complexes
    higher = replace(one, energy=one.energy + 0.1)
    too_high = replace(one, energy=one.energy + 0.2)
    built = Built((one, two), (higher, too_high), {1: 4, 2: 1}, {})
    assert built.lowest == (one, two)
    assert built.families == ((one,), (two,))
    assert denticity.promising(((one, higher), (two,))) == [(one, higher), (two,)]
    assert denticity.above_lowest((higher, one)) == {"1": 0.0}
    assert (built.further((one,)), built.further((two,))) == ([higher], [])


def test_ethylenediamine_chelates() -> None:
    one, two = search("NCCN").complexes
    assert (one.denticity, two.denticity) == (1, 2)
    assert two.kinds == ("amine N", "amine N")
    assert two.shell.coordination == 6
    assert len(two.shell.waters) == 4
    assert two.details()["reaction"] == "[Zn(H2O)6]2+ + L -> [Zn(H2O)4L]2+ + 2 H2O"
    assert denticity.above_lowest((one, two))["2"] < 0.05


@pytest.mark.parametrize(
    ("smiles", "kind"), [("NC(N)=O", "carbonyl O"), ("CS(C)=O", "sulfoxide or sulfonyl O")]
)
def test_molecules_with_one_donor_atom_stay_with_one(smiles: str, kind: str) -> None:
    (only,) = search(smiles).complexes
    assert only.kinds == (kind,)


@pytest.mark.parametrize("ion", ["Mg2+", "Na+"])
def test_an_atom_behind_the_one_that_binds_is_no_donor(ion: IonName) -> None:
    """GFN2 has magnesium so near to the oxygen of DMSO that the sulfur behind it is 2.8 angstrom away."""
    lowest = complexes.build(prepare(parse("CS(C)=O"), water=True), IONS[ion], QUICK).complexes[0]
    assert lowest.kinds == ("sulfoxide or sulfonyl O",)


def test_every_way_that_hydrogen_bonds_can_go_is_among_the_minima_kept() -> None:
    """Oxalic acid gives one to a water 0.15 eV lower than it takes one by B3LYP, 0.02 higher by GFN2."""
    ligand = prepare(parse("O=C(O)C(=O)O"), water=True)
    found = complexes.build(ligand, ZINC, LIGHT, chelates=False).complexes
    ways = {hydrogen_bonds.between(c.geometry, ligand.mol) for c in found}
    assert any(accept and not give for accept, give in ways)
    assert any(give and not accept for accept, give in ways)
    assert len(found) <= THOROUGH.kept


def test_donors_of_one_kind_are_kept_apart() -> None:
    """The two carbonyls of 2-oxopropanamide; which binds is for a functional to say."""
    built = complexes.build(prepare(parse("CC(=O)C(N)=O"), water=True), ZINC, LIGHT, chelates=False)
    assert {family[0].kinds for family in built.families} == {("carbonyl O",)}
    assert len({family[0].bound_by for family in built.families}) == 2, "one would hide the other"
    assert all(family[0].bound_by.endswith(" (carbonyl O)") for family in built.families)


def test_a_carboxylate_binds_with_one_oxygen() -> None:
    built = search("[NH3+]CC(=O)[O-]")
    assert denticity.above_lowest(built.complexes)["1"] == 0.0
    assert {family[0].denticity for family in denticity.promising(built.families)} == {1}
    assert built.complexes[0].kinds == ("anionic O",)


def _start(smiles: str) -> tuple[Ligand, semiempirical.Relaxed]:
    ligand = prepare(parse(smiles), water=True)
    start = chelate.starts(ligand.mol, sites(ligand.mol)[0], ZINC, 1)[0]
    path = Trajectory.of(start, "as built", [start.positions], [0.0])
    return ligand, semiempirical.Relaxed(start, 0.0, converged=True, path=path)


def test_a_relaxation_that_did_not_end_is_no_complex() -> None:
    ligand, start = _start("NCCN")
    assert complexes.judged(ligand, ZINC, start) is None
    assert "did not come to rest" in str(complexes.judged(ligand, ZINC, replace(start, converged=False)))
    assert "did not converge" in str(complexes.judged(ligand, ZINC, None))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_an_exchange_energy_is_believed_by_the_waters_it_released(sign: float) -> None:
    molecule = parse("NCCN")
    believe(molecule, sign * 2.9, released=2)
    with pytest.raises(RejectedError, match=r"beyond 1\.5 eV"):
        believe(molecule, sign * 2.9, released=1)
    with pytest.raises(RejectedError, match="beyond 3 eV"):
        believe(molecule, sign * 3.1, released=2)


def test_what_gfn2_cannot_tell_apart_is_left_to_a_better_energy() -> None:
    """GFN2 has too much favour for chelates, and is never too hard on one by more than 0.1 eV."""
    one, two = search("NCCN").complexes
    gap = denticity.above_lowest((one, two))["2"] - denticity.above_lowest((one, two))["1"]
    for above, kept in ((0.1, [1, 2]), (0.3, [1]), (-0.3, [1, 2]), (-1.0, [2])):
        moved = replace(two, energy=two.energy - gap + above)
        assert [c.denticity for (c,) in denticity.promising([[one], [moved]])] == kept
