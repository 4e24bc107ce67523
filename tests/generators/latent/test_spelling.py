"""Every molecule of the corpus is a sentence, and its sentence is read as the molecule."""

from __future__ import annotations

import pytest

from generators.corpus.entries import Entry, corpus, known_additives
from generators.latent.reading import to_molecule
from generators.latent.spelling import to_symbols
from loop.molecule import MoleculeError, parse


@pytest.mark.parametrize(
    ("smiles", "sentence"),
    [
        ("CS(C)=O", "C S ( C ) =O"),
        ("c1ccccc1O", "O c c c c c c 6"),
        # The ring is closed by its size, whatever hangs on it.
        ("CC(C)(C)Cc1ccccc1", "C C ( C ) ( C ) C c c c c c c 6"),
        ("C1CC1", "C C C 3"),
        # Small letters are halves of double bonds: not the nitrogen of pyrrole, nor the oxygen of furan.
        ("c1cc[nH]c1", "c c c N c 5"),
        ("c1ccoc1", "c c c O c 5"),
        ("O=c1cccc[nH]1", "O =C c c c c N 6"),
        ("c1ccc2ccccc2c1", "c c c c c c c c c 6 c 10"),
        ("O=c1cc1", "O =C C =C 3"),
        ("C[N+](C)(C)CC(=O)[O-]", "C N+ ( C ) ( C ) C C ( =O ) O-"),
        ("C[C@H](N)C(=O)O", "C C@ ( N ) C ( =O ) O"),
        ("C/C=C/C", "C /C =C /C"),
        ("COP(=O)OC", "C O P ( =O ) O C"),
    ],
)
def test_sentences(smiles: str, sentence: str) -> None:
    assert " ".join(to_symbols(parse(smiles))) == sentence
    assert to_molecule(tuple(sentence.split())) == parse(smiles)


@pytest.mark.parametrize(
    "smiles",
    [
        "C1[C@@H]2CC[C@H]1C=C2",  # an atom that opens two rings
        "C1CC[C@]2(C1)CCCC2=O",  # spiro
        "[C@@]12(F)CCCC[C@@]1(O)CCCC2",  # fused, both windings at ring atoms
        r"C1CC/C=C\CCC1",
        r"C1=C/CCCCCC/1",  # the side of the bond that closes the ring
        "C/C=C/C=C\\C",
        "C[S@](=O)CC",
        "O=[N+]([O-])c1ccc2[nH]ccc2c1",
        "CO[Cl+3]([O-])([O-])[O-]",
        "CC(C)=[N+]=[N-]",
        "[C-]#[N+]C",
        "O[Si](O)(O)O[SiH3]",
        "C1CN2CCN1CC2",
        "C12C3C4C1C5C2C3C45",
        "c1ccc2c(c1)ccc1ccccc12",
        "c1ccc2cccc2cc1",  # azulene: no ring of it is even
        "c1ccc2c(c1)-c1ccccc1-2",
        "C[n+]1ccc([O-])cc1",
        "Cn1cnc2c1c(=O)n(C)c(=O)n2C",
        "c1cc2ccc3cccc4ccc(c1)c2c34",
        "C1COCCOCCOCCOCCOCCO1",
    ],
)
def test_molecules_that_are_hard_to_write(smiles: str) -> None:
    molecule = parse(smiles)
    assert to_molecule(to_symbols(molecule)) == molecule


@pytest.mark.parametrize("entry", known_additives(), ids=lambda e: e.name)
def test_known_additives_are_read_as_themselves(entry: Entry) -> None:
    molecule = parse(entry.smiles)
    if not molecule.charge:
        assert to_molecule(to_symbols(molecule)) == molecule


def test_a_part_of_the_corpus_is_read_as_itself() -> None:
    unspelled = []
    for entry in corpus()[::10]:
        molecule = parse(entry.smiles)
        try:
            sentence = to_symbols(molecule)
        except MoleculeError:
            unspelled.append(molecule.smiles)
            continue
        assert molecule.charge or to_molecule(sentence) == molecule
    # Silicon and triple bonds in aromatic rings.
    assert len(unspelled) <= 3, unspelled


@pytest.mark.parametrize("smiles", ["F[P-](F)(F)(F)(F)F", "c1ccncc#1", "C[SH](=O)(C)C", "[H][H]", "[SeH]C"])
def test_what_the_language_has_no_words_for_is_refused(smiles: str) -> None:
    with pytest.raises(MoleculeError, match="no word for"):
        to_symbols(parse(smiles))
