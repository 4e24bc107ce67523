"""Pairs of neighbours: as many as there can be, held against every matching there is."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from generators.latent.sharing import pairs

Bonds = list[tuple[int, int]]


def largest(bonds: Bonds) -> int:
    """By trying all."""
    for size in range(len(bonds), 0, -1):
        for chosen in combinations(bonds, size):
            ends = [end for bond in chosen for end in bond]
            if len(set(ends)) == len(ends):
                return size
    return 0


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda b: b[0] < b[1]), max_size=9))
def test_nobody_has_two_partners_and_pairs_are_neighbours(bonds: set[tuple[int, int]]) -> None:
    found = pairs(bonds)
    ends = [end for bond in found for end in bond]
    assert set(found) <= bonds
    assert len(set(ends)) == len(ends)
    assert len(found) == largest(sorted(bonds))


@pytest.mark.parametrize(
    "smiles",
    [
        "c1ccccc1",
        "c1ccc2cccc2cc1",
        "c1ccc2cc3ccccc3cc2c1",
        "c1cc2ccc3cccc4ccc(c1)c2c34",
        "c1cc2cccc3c4cccc5cccc(c(c1)c23)c54",
    ],
)
def test_everyone_in_an_aromatic_hydrocarbon_has_a_partner(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    bonds = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]
    found = pairs((min(bond), max(bond)) for bond in bonds)
    assert 2 * len(found) == mol.GetNumAtoms()


def test_no_bonds_no_pairs() -> None:
    assert pairs([]) == []
