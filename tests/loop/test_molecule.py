from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.molecule import (
    ELEMENTS,
    MAX_TEXT,
    UNSUITABLE,
    Limits,
    MoleculeError,
    check_smarts,
    nearest,
    parse,
    similarities,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("OCC", "CCO"),
        ("C(C)O", "[CH3][CH2][OH]"),
        ("C1=CC=CC=C1", "c1ccccc1"),
        ("[CH3:1]O", "CO"),
        (" CO ", "CO"),
        ("C[S+](C)[O-]", "CS(C)=O"),
        ("C[S@+]([O-])CC", "CC[S@](C)=O"),
        ("C[S+2]([O-])([O-])C", "CS(C)(=O)=O"),
        ("C[S+](=O)([O-])C", "CS(C)(=O)=O"),
        ("C[P+](C)(C)[O-]", "CP(C)(C)=O"),
        ("C[S+]([O-])[O-]", "CS(=O)[O-]"),
    ],
)
def test_two_spellings_are_one_molecule(one: str, other: str) -> None:
    assert parse(one) == parse(other)
    assert hash(parse(one)) == hash(parse(other))


@pytest.mark.parametrize("smiles", ["C[C@H](N)C(=O)O", "CC[S@](C)=O"])
def test_stereo_isomers_are_two(smiles: str) -> None:
    assert parse(smiles) != parse(smiles.replace("@", "@@"))


@pytest.mark.parametrize("smiles", ["C[S+](C)CC(=O)[O-]", "[CH2-][S+](C)C", "C[N+](C)(C)[O-]"])
def test_charges_that_no_double_bond_replaces_stay(smiles: str) -> None:
    assert parse(smiles).smiles == smiles


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("C(", "not a valid SMILES"),
        ("CC.O", "several fragments"),
        ("[CH3]", "radical"),
        ("C" * (MAX_TEXT + 1), "characters"),
        ("[Si+]#[N+][Si+]1[B+]P1", "no canonical form that RDKit reads"),
    ],
)
def test_bad_text_is_refused_with_the_reason(text: str, clause: str) -> None:
    with pytest.raises(MoleculeError, match=clause):
        parse(text)


@given(st.text(max_size=60))
def test_any_text_is_a_molecule_or_a_clear_refusal(text: str) -> None:
    try:
        molecule = parse(text)
    except MoleculeError:
        return
    assert parse(molecule.smiles) == molecule


SUBSTITUENTS = st.sampled_from(["C", "=C", "[O-]", "=O", "O", "=N", "F", "c1ccccc1", "[O]"])
CENTRES = st.sampled_from(["S+", "SH+", "S+2", "P+", "PH+", "P+2", "S@+", "S@@+", "P@+", "s+"])


@given(CENTRES, st.lists(SUBSTITUENTS, min_size=1, max_size=5))
def test_an_oxide_of_any_drawing_is_a_molecule_or_a_clear_refusal(
    centre: str, substituents: list[str]
) -> None:
    try:
        molecule = parse(f"[{centre}]{''.join(f'({part})' for part in substituents)}")
    except MoleculeError:
        return
    assert parse(molecule.smiles) == molecule


def test_facts_of_a_molecule() -> None:
    dmso = parse("CS(C)=O")
    assert (dmso.formula, dmso.charge, dmso.heavy_atoms) == ("C2H6OS", 0, 4)
    assert dmso.inchikey == "IAZDPXIOMUYVGZ-UHFFFAOYSA-N"


@pytest.mark.parametrize(
    ("smiles", "clause"),
    [
        ("C", "1 heavy atoms"),
        ("CCCCCCCCCCCCCCCCCCCCCCC", "23 heavy atoms"),
        ("CC(=O)[O-]", "net charge -1"),
        ("CC[Se]C", "element Se"),
        ("[2H]OC", "isotope labels"),
        ("[Cl-]", "1 heavy atoms"),
        ("C[N+](C)(C)CC(=O)[O-]", "zwitterion"),
        ("CCCCCCCC", "logP"),
        ("COOC", "peroxide"),
        ("OC(F)(F)F", "alpha-fluoro alcohol"),
        ("CN(C)C(F)(F)F", "alpha-fluoro alcohol, thiol or amine"),
        ("C1CO1", "three-membered ring"),
        ("CS(C)(O)O", "sulfurane"),
        ("CC(=O)Cl", "halide"),
        ("CC(O)O", "geminal diol"),
        ("CC=O", "aldehyde"),
        ("C=CO", "enol"),
        ("N#[N+][O-]", "nitrous oxide"),
        ("N#CN=NC#N", "azo group"),
        ("C#COC=C", "ynol ether"),
        ("CC(=O)NON", "N-O-N"),
        ("C1#CC=C1", "small ring"),
        ("C#N", "hydrogen cyanide"),
        ("C=C(C#N)C#N", "polymerises"),
        ("O=C=O", "CO2"),
        ("Nc1n[nH][nH]1", "four-membered ring"),
        ("C=C1CC(=O)O1", "beta-lactone"),
        ("NC=NCO", "hemiaminal"),
        ("CC=NN=CC", "azine"),
        ("CCOC(C)=N", "imidate"),
        ("COC(C)(OC)OC", "orthoester"),
        ("CCN=O", "nitroso"),
        ("NC(=O)[N+](=O)[O-]", "acyl nitro"),
        ("CN[N+](=O)[O-]", "nitramine"),
        ("SS", "sulfur hydride"),
        ("O=[N+]([O-])CC[N+](=O)[O-]", "several nitro"),
        ("CS(=O)(=O)O", "sulfonic"),
        ("CB(C)N", "boron"),
        ("OCCP(OC)OC", "phosphorus(III)"),
    ],
)
def test_limits_name_what_is_outside(smiles: str, clause: str) -> None:
    refusal = Limits().refusal(parse(smiles))
    assert refusal is not None
    assert clause in refusal


@pytest.mark.parametrize(
    "smiles",
    [
        "CS(C)=O",
        "NC(N)=O",
        "OCCO",
        "CC#N",
        "OCC1OC(O)C(O)C(O)C1O",
        "C[N+](C)(C)[O-]",
        "O=S1(=O)CCCC1",
        "NC=O",
        "O=C1OC(C(O)CO)C(O)=C1O",
        "CB(O)O",
        "COP(=O)(OC)OC",
        "O=C1OCCO1",
        "CN1CCCC1=O",
    ],
)
def test_known_additives_are_inside(smiles: str) -> None:
    assert Limits().refusal(parse(smiles)) is None


def test_every_default_pattern_is_valid_and_elements_are_known() -> None:
    for smarts in UNSUITABLE.values():
        check_smarts(smarts)
    with pytest.raises(MoleculeError, match="not a valid SMARTS"):
        check_smarts("[C")
    assert "C" in ELEMENTS


def test_similarity_is_one_to_itself_and_less_to_others() -> None:
    found = similarities(parse("CCO"), [parse("CCO"), parse("CCN"), parse("c1ccccc1")])
    assert found[0] == 1.0
    assert found[1] < 1.0
    assert found[2] < found[1]


def test_the_nearest_is_the_most_similar_of_all() -> None:
    some = [parse("C" * n + tail) for n in range(1, 40) for tail in ("O", "N", "C(=O)O", "c1ccccc1")] * 4
    others = [parse(smiles) for smiles in ("CCO", "CCCCN", "OCc1ccccc1")]
    assert list(nearest(some, others)) == [similarities(molecule, others).max() for molecule in some]
    assert list(nearest(some, [])) == [0.0] * len(some)
    assert list(nearest([], others)) == []


@pytest.mark.parametrize("smiles", ["[NH4+]", "[Cl-]", "C[N+](C)(C)C", "O=S(=O)([O-])C(F)(F)F"])
def test_an_ion_is_no_zwitterion(smiles: str) -> None:
    anything = Limits(min_heavy_atoms=1, max_logp=None, allow_charged=True, exclude={})
    assert anything.refusal(parse(smiles)) is None
    assert "net charge" in str(Limits(min_heavy_atoms=1, max_logp=None, exclude={}).refusal(parse(smiles)))


def test_an_atom_that_stands_for_any_makes_no_molecule() -> None:
    with pytest.raises(MoleculeError, match=r"'\*C' holds an atom without an element"):
        parse("*C")
