"""SELFIES: every sentence is a molecule, and every molecule of the corpus a sentence."""

from __future__ import annotations

import pytest
import selfies
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from generators.corpus.entries import Entry, known_additives
from generators.latent.grammar import CAPACITIES, to_molecule, to_symbols, without_stereo
from loop.molecule import MoleculeError, parse

ALPHABET = sorted(
    selfies.get_semantic_robust_alphabet()
    | {"[=F+1]", "[Cl+3]", "[Br+2]", "[#Si+1]", "[Si-1]", "[S-1]", "[P-1]", "[SiH3]", "[NH1-1]", "[CH1]"}
    | {
        "[C@@H1]",
        "[C@]",
        "[/C]",
        "[\\C]",
        "[/O]",
        "[\\N]",
        "[-/Ring1]",
        "[\\/Ring2]",
        "[S@]",
        "[/C@H1]",
        "[=P@]",
    }
)


def test_the_constraints_are_in_force() -> None:
    assert selfies.get_semantic_constraints() == CAPACITIES


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(ALPHABET), min_size=1, max_size=25))
def test_any_sentence_is_a_neutral_molecule_if_it_has_an_atom(symbols: list[str]) -> None:
    try:
        molecule = to_molecule("".join(symbols))
    except MoleculeError as error:
        assert "empty" in str(error)
        assert not any(any(c.isupper() for c in _atom(symbol)) for symbol in symbols[:1])
        return
    assert molecule.charge == 0
    assert parse(molecule.smiles) == molecule


def _atom(symbol: str) -> str:
    """What of a symbol may be an element."""
    return "" if "Ring" in symbol or "Branch" in symbol else symbol


def test_an_open_shell_is_filled_with_hydrogen() -> None:
    assert to_molecule("[CH1][O]").smiles == "CO"


@pytest.mark.parametrize(
    ("text", "smiles"),
    [
        ("[NH3+1][C]", "CN"),
        # No room for a fourth carbon at nitrogen: the chain goes on elsewhere.
        ("[C][N+1][Branch1][C][C][Branch1][C][C][C]", "CCCN(C)C"),
        ("[O-1][C][=Branch1][C][=O][C]", "CC(=O)O"),
        # What cancels stays; of two anions the last gives way.
        ("[NH3+1][C][C][=Branch1][C][=O][O-1]", "[NH3+]CC(=O)[O-]"),
        ("[O-1][C][C][O-1]", "OCCO"),
    ],
)
def test_charges_that_do_not_cancel_are_left_away_from_the_end(text: str, smiles: str) -> None:
    found = to_molecule(text)
    assert found.charge == 0
    assert found.smiles == smiles


def test_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(MoleculeError, match="is not SELFIES"):
        to_molecule("[C][nonsense]")


def test_a_valence_beyond_the_grammar_is_refused() -> None:
    with pytest.raises(MoleculeError, match="cannot be written as SELFIES"):
        to_symbols(parse("F[P-](F)(F)(F)(F)F"))


@pytest.mark.parametrize(
    "entry", [e for e in known_additives() if set("@/\\") & set(e.smiles)], ids=lambda e: e.name
)
def test_stereochemistry_of_known_additives_is_kept(entry: Entry) -> None:
    molecule = parse(entry.smiles)
    if not molecule.charge:
        assert to_molecule("".join(to_symbols(molecule))) == molecule


def test_marks_of_stereochemistry_can_be_left_away() -> None:
    for smiles in ("C[C@H](O)C(=O)O", "C/C=C/CO", "C[S@](=O)CC", r"C1CC/C=C\CCC1"):
        molecule = parse(smiles)
        mol = molecule.rdkit()
        Chem.RemoveStereochemistry(mol)
        text = without_stereo("".join(to_symbols(molecule)))
        assert not set("@/\\") & set(text)
        assert to_molecule(text) == parse(Chem.MolToSmiles(mol))


def test_what_cannot_be_written_down_again_is_read_as_far_as_it_can() -> None:
    """RDKit takes this ring for aromatic, and does not read what it writes."""
    assert to_molecule("[C][=N][=Si+1][B+1][Ring3][N]").charge == 0
