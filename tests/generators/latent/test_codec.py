"""The codec loses nothing of a molecule."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.corpus.entries import corpus, known_additives
from generators.latent.codec import Codec
from generators.latent.rows import END
from generators.latent.spelling import to_symbols
from loop.molecule import Molecule, MoleculeError, parse


@cache
def learned() -> tuple[Codec, tuple[Molecule, ...]]:
    """A vocabulary of the whole corpus' symbols, its merges from every twentieth compound."""
    listed = [parse(entry.smiles) for entry in (*corpus()[::20], *known_additives())]
    neutral = [m for m in listed if not m.charge]
    codec = Codec.learn(neutral, merges=120)
    return codec, tuple(m for m in neutral if codec.knows(m))


def unmerged() -> Codec:
    return Codec(learned()[0].symbols, ())


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_compound_survives_encoding(data: st.DataObject) -> None:
    codec, molecules = learned()
    molecule = data.draw(st.sampled_from(molecules))
    (row,) = codec.encode([molecule])
    assert END not in row
    assert codec.sentence(row.tolist()) == to_symbols(molecule)
    assert codec.decode(row.tolist()) == molecule


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=10**6), max_size=20))
def test_any_row_of_tokens_is_a_molecule_or_refused(numbers: list[int]) -> None:
    codec, _ = learned()
    try:
        molecule = codec.decode([number % codec.size for number in numbers])
    except MoleculeError as error:
        assert "without an atom" in str(error)
        assert not numbers or not codec.openings[numbers[0] % codec.size]
        return
    assert molecule.charge == 0
    assert parse(molecule.smiles) == molecule


def test_a_token_opens_a_molecule_where_it_begins_with_an_atom() -> None:
    codec = Codec(("=C", "(", "C@@", "\\N", "=6", "/8"), ((3, 2), (2, 3)))
    assert codec.openings == (False, True, False, True, True, False, False, True, False)


def test_rows_do_not_depend_on_their_company() -> None:
    codec, molecules = learned()
    together = codec.encode(molecules[:50])
    for molecule, row in zip(molecules[:50], together, strict=True):
        assert codec.encode([molecule])[0].tolist() == row.tolist()
    assert codec.encode([]) == []


def test_merging_shortens() -> None:
    codec, molecules = learned()
    merged = np.mean([len(row) for row in codec.encode(molecules)])
    plain = np.mean([len(row) for row in unmerged().encode(molecules)])
    assert merged < 0.5 * plain


def test_overlapping_pairs_merge_from_the_left() -> None:
    codec = Codec(("C",), ((1, 1),))
    assert [row.tolist() for row in codec.encode([parse("C" * n) for n in (1, 2, 3, 4, 5)])] == [
        [1],
        [2],
        [2, 1],
        [2, 2],
        [2, 2, 1],
    ]


def test_the_most_frequent_pair_is_merged_first() -> None:
    codec = Codec.learn([parse("OCCO"), parse("OCCCO"), parse("N")], merges=1)
    first = tuple(codec.symbols[token - 1] for token in codec.merges[0])
    assert first == ("C", "C")


def test_learning_stops_when_nothing_repeats() -> None:
    assert Codec.learn([parse("CO")], merges=10).merges == ()


def test_reading_stops_at_the_end_token() -> None:
    codec = Codec(("C", "O"), ())
    assert codec.decode([1, 2, END, 1, 1]) == parse("CO")


def test_an_unknown_symbol_is_named() -> None:
    codec = Codec(("C", "O"), ())
    assert not codec.knows(parse("CBr"))
    with pytest.raises(MoleculeError, match=r"no symbol Br"):
        codec.encode([parse("CO"), parse("CBr")])
