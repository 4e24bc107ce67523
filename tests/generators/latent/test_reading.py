"""Every sentence is a molecule."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.latent.reading import to_molecule
from generators.latent.symbols import VALENCES, is_atom
from loop.molecule import MoleculeError, parse

ALPHABET = [
    *["c", "c", "c", "n", "n+", "c-", "p", "s+", "b", "=c", "/c", "c@"] * 3,
    *(bond + name for bond in ("", "=", "#", "/", "\\") for name in sorted(VALENCES)),
    *("C@", "C@@", "/C@", "\\C@@", "S@", "=P@", "N@+", "S@@+", "Si@", "=S@"),
    *(bond + str(size) for bond in ("", "=", "/", "\\") for size in (3, 4, 5, 6, 7, 8, 10, 14)),
    *["("] * 30,
    *[")"] * 30,
]


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(ALPHABET), min_size=1, max_size=30))
def test_any_sentence_is_a_neutral_closed_shell_if_it_has_an_atom(symbols: list[str]) -> None:
    if not any(map(is_atom, symbols)):
        with pytest.raises(MoleculeError, match="without an atom"):
            to_molecule(tuple(symbols))
        return
    molecule = to_molecule(tuple(symbols))
    assert molecule.charge == 0
    assert parse(molecule.smiles) == molecule


@pytest.mark.parametrize(
    ("sentence", "smiles"),
    [
        # Bonds as large as there is room for.
        ("C #O", "C=O"),
        ("C =C =C =C =C", "C=C=C=C=C"),
        ("F F C", "FF"),
        ("C O C C", "COCC"),
        # Atoms that find none hang on the nearest before that has some.
        ("C O ( C ) C", "CCOC"),
        ("C C O F Cl C", "CC(Cl)(C)OF"),
        ("C =O ( C c c c c c c 6 )", "O=CCc1ccccc1"),
        # Rings of the chain, none larger and none twice.
        ("C C ( C C C C ) C C 4", "CCCCC1CCC1"),
        ("C C C 4", "CCC"),
        ("C C C 3 3", "C1CC1"),
        ("C C C =3", "C1=CC1"),
        ("6 C", "C"),
        # Branches that end nowhere.
        (") ) C ) C ( O", "CCO"),
        ("C ( ( O ) N )", "NCO"),
    ],
)
def test_what_finds_no_room_is_elsewhere_or_passed_over(sentence: str, smiles: str) -> None:
    assert to_molecule(tuple(sentence.split())) == parse(smiles)


@pytest.mark.parametrize(
    ("sentence", "smiles"),
    [
        ("C c c c c c c 6", "Cc1ccccc1"),
        ("c c c c 5 c c 6", "c1ccccc1"),
        # Outside of rings, and in small ones, they share nothing.
        ("C c c c c c c", "CCCCCCC"),
        ("c c c 3", "C1CC1"),
        ("c c c c 4", "C1CCC1"),
        # Who finds no partner takes hydrogen.
        ("c c c c c 5", "C1=CCC=C1"),
        ("c c c c n 5", "C1=CNC=C1"),
        ("c c ( =O ) c c c c 6", "O=C1C=CCC=C1"),
    ],
)
def test_small_letters_share_double_bonds(sentence: str, smiles: str) -> None:
    assert to_molecule(tuple(sentence.split())) == parse(smiles)


@pytest.mark.parametrize(
    ("sentence", "smiles"),
    [
        ("N+ C", "CN"),
        # No room for a fourth carbon at nitrogen; it hangs on the first.
        ("C N+ ( C ) ( C ) C", "CCN(C)C"),
        ("O- C ( =O ) C", "CC(=O)O"),
        # What cancels stays; of two anions the last gives way.
        ("N+ C C ( =O ) O-", "[NH3+]CC(=O)[O-]"),
        ("O- C C O-", "OCCO"),
    ],
)
def test_charges_that_do_not_cancel_are_left_away_from_the_end(sentence: str, smiles: str) -> None:
    assert to_molecule(tuple(sentence.split())) == parse(smiles)


@pytest.mark.parametrize(
    ("sentence", "smiles"),
    [
        ("c c c ( C C 6 ) c c c 6", "CCc1ccccc1"),
        ("C C C C #C C C 6", "CCCC#CCC"),
        ("C C C =C ( C C 5 ) C C 6", "CCC1=CC(C)CC1"),
    ],
)
def test_rings_that_no_molecule_has_stay_open(sentence: str, smiles: str) -> None:
    assert to_molecule(tuple(sentence.split())) == parse(smiles)


def test_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(MoleculeError, match="no symbol 'nonsense'"):
        to_molecule(("C", "nonsense"))


def test_stereochemistry_that_contradicts_itself_is_left_away() -> None:
    both_above = ("C", "(", "/F", ")", "(", "/Cl", ")", "=C", "/F")
    assert to_molecule(both_above) == parse("FC=C(F)Cl")
    assert to_molecule(("C", "C@", "C")) == parse("CCC")


@pytest.mark.parametrize(
    ("sentence", "smiles"),
    [
        ("C C S ( C ) C", "CCSC"),  # no sulfur with one hydrogen and three carbons
        ("C S ( =O ) ( =O ) C C", "CCS(C)(=O)=O"),
        ("C S ( C ) ( C ) ( C ) C C", "CS(C)(C)C"),
    ],
)
def test_a_beginning_is_kept_where_the_end_makes_no_molecule(sentence: str, smiles: str) -> None:
    assert to_molecule(tuple(sentence.split())) == parse(smiles)


@pytest.mark.parametrize(
    ("sentence", "smiles"),
    [
        ("C S ( =O )", "CSO"),
        ("C S ( =O ) ( =O )", "CS(=O)O"),
        ("O =S ( =O ) C", "CS(=O)O"),
        ("O =S ( =O ) ( C ) C", "CS(C)(=O)=O"),
    ],
)
def test_sulfur_that_lacks_one_bond_has_a_double_bond_less(sentence: str, smiles: str) -> None:
    assert to_molecule(tuple(sentence.split())) == parse(smiles)


def test_what_cannot_be_written_down_again_is_read_as_far_as_it_can() -> None:
    """RDKit takes this ring for aromatic, and does not read what it writes."""
    assert to_molecule(("C", "=N", "=Si+", "B+", "N", "5")).charge == 0
