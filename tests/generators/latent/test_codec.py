"""The codec loses nothing of a molecule but its stereochemistry."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.corpus.entries import corpus
from generators.latent.codec import END, Codec
from generators.latent.grammar import flat, to_symbols
from loop.molecule import Molecule, MoleculeError, parse


@cache
def learned() -> tuple[Codec, tuple[Molecule, ...]]:
    """A vocabulary of the whole corpus' symbols, its merges from every twentieth compound."""
    molecules = tuple(m for e in corpus()[::20] if not (m := flat(parse(e.smiles))).charge)
    return Codec.learn(molecules, merges=120), molecules


def unmerged() -> Codec:
    return Codec(learned()[0].symbols, ())


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_compound_survives_encoding(data: st.DataObject) -> None:
    codec, molecules = learned()
    molecule = data.draw(st.sampled_from(molecules))
    (row,) = codec.encode([molecule])
    assert END not in row
    assert codec.text(row.tolist()) == "".join(to_symbols(molecule))
    assert codec.decode(row.tolist()) == molecule


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=10**6), max_size=20))
def test_any_row_of_tokens_is_a_molecule_or_refused(numbers: list[int]) -> None:
    codec, _ = learned()
    try:
        molecule = codec.decode([number % codec.size for number in numbers])
    except MoleculeError as error:
        assert "net charge" in str(error) or "empty" in str(error)
        return
    assert molecule.charge == 0
    assert parse(molecule.smiles) == molecule


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
    codec = Codec(("[C]",), ((1, 1),))
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
    assert first == ("[C]", "[C]")


def test_learning_stops_when_nothing_repeats() -> None:
    assert Codec.learn([parse("CO")], merges=10).merges == ()


def test_reading_stops_at_the_end_token() -> None:
    codec = Codec(("[C]", "[O]"), ())
    assert codec.decode([1, 2, END, 1, 1]) == parse("CO")


def test_an_unknown_symbol_is_named() -> None:
    codec = Codec(("[C]", "[O]"), ())
    assert not codec.knows(parse("CBr"))
    with pytest.raises(MoleculeError, match=r"no symbol \[Br\]"):
        codec.encode([parse("CO"), parse("CBr")])
