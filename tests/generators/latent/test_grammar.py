"""SELFIES: every sentence is a molecule, and every molecule of the corpus a sentence."""

from __future__ import annotations

import pytest
import selfies
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.latent.grammar import CAPACITIES, flat, to_molecule, to_symbols
from loop.molecule import MoleculeError, parse

ALPHABET = sorted(
    selfies.get_semantic_robust_alphabet()
    | {"[=F+1]", "[Cl+3]", "[Br+2]", "[#Si+1]", "[Si-1]", "[S-1]", "[P-1]", "[SiH3]", "[NH1-1]", "[CH1]"}
)


def test_the_constraints_are_in_force() -> None:
    assert selfies.get_semantic_constraints() == CAPACITIES


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(ALPHABET), min_size=1, max_size=25))
def test_any_sentence_is_a_neutral_molecule_or_refused_for_its_charge(symbols: list[str]) -> None:
    try:
        molecule = to_molecule("".join(symbols))
    except MoleculeError as error:
        assert "net charge" in str(error) or "empty" in str(error) or "element" in str(error)
        return
    assert molecule.charge == 0
    assert parse(molecule.smiles) == molecule


def test_an_open_shell_is_filled_with_hydrogen() -> None:
    assert to_molecule("[CH1][O]").smiles == "CO"


def test_a_charge_is_refused() -> None:
    with pytest.raises(MoleculeError, match=r"net charge \+1"):
        to_molecule("[NH3+1][C]")


def test_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(MoleculeError, match="is not SELFIES"):
        to_molecule("[C][nonsense]")


def test_a_valence_beyond_the_grammar_is_refused() -> None:
    with pytest.raises(MoleculeError, match="cannot be written as SELFIES"):
        to_symbols(parse("F[P-](F)(F)(F)(F)F"))


def test_stereochemistry_is_dropped() -> None:
    assert flat(parse("C[C@H](O)C(=O)O")) == parse("CC(O)C(=O)O")
    assert to_symbols(parse("C/C=C/C")) == to_symbols(parse(r"C/C=C\C"))
