"""Halves of molecules, joined anew."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.corpus.entries import Entry, corpus
from generators.corpus.joining import cuts, join, joined
from generators.evaluation.accessibility import synthetic_accessibility
from loop.molecule import Molecule, parse

SMALL = [m for m in (parse(entry.smiles) for entry in corpus()[200:3000]) if not m.charge]


@given(st.sampled_from(corpus()))
def test_halves_of_one_bond_joined_are_the_molecule_again(entry: Entry) -> None:
    molecule = parse(entry.smiles)
    for _, left, _, right in cuts(molecule.rdkit()):
        assert left.heavy_atoms + right.heavy_atoms == molecule.heavy_atoms
        assert join(left, right) == molecule


@pytest.mark.parametrize("smiles", ["C[C@H](O)C(=O)O", "C/C=C/CO", "O[C@@H]1CCC[C@H]1N"])
def test_stereochemistry_survives(smiles: str) -> None:
    found = {join(left, right) for _, left, _, right in cuts(parse(smiles).rdkit())}
    assert found == {parse(smiles)}


def test_rings_multiple_bonds_and_nitro_groups_are_not_cut() -> None:
    bonds = [
        sorted([left.smiles, right.smiles]) for _, left, _, right in cuts(parse("C[N+](=O)[O-]").rdkit())
    ]
    assert len(bonds) == 1, "only carbon from nitrogen"
    assert list(cuts(parse("C1CCCC1").rdkit())) == []
    assert list(cuts(parse("C=C").rdkit())) == []


@pytest.fixture(scope="module")
def made() -> list[Molecule]:
    return joined(SMALL, 400, max_heavy_atoms=12, seed=1)


def test_joined_molecules_are_new_neutral_and_within_the_size(made: list[Molecule]) -> None:
    assert 300 < len(made) == len(set(made)) <= 400, "fewer where joining rarely makes what is left"
    assert not set(made) & set(SMALL)
    assert all(not m.charge and m.heavy_atoms <= 12 for m in made)
    assert joined(SMALL, 400, max_heavy_atoms=12, seed=1) == made
    assert joined(SMALL, 400, max_heavy_atoms=12, seed=2) != made


def test_size_and_accessibility_are_distributed_as_in_the_corpus(made: list[Molecule]) -> None:
    for of in (lambda ms: [m.heavy_atoms for m in ms], synthetic_accessibility):
        one, other = (np.array(of(ms)) for ms in (made, SMALL))
        assert abs(one.mean() - other.mean()) < 0.35
    sizes = Counter(m.heavy_atoms for m in SMALL)
    assert set(Counter(m.heavy_atoms for m in made)) <= set(sizes)


def test_where_nothing_can_be_cut_nothing_is_made() -> None:
    assert joined([parse("C1CCCC1"), parse("c1ccccc1")], 10, max_heavy_atoms=20, seed=0) == []
