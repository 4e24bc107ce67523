"""Crossover and mutation as a stream of children."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from generators.genetic.breeding import offspring
from loop.molecule import Molecule, parse, similarities

PARENTS = [parse(s) for s in ("COC(=O)OC", "OCC(F)(F)F", "CS(C)(=O)=O", "NC(=O)c1cccnc1")]


def born(parents: list[Molecule], n: int, seed: int = 0, rate: float = 0.5) -> list[Molecule]:
    return [pair[0] for pair in islice(offspring(parents, seed, rate), n) if pair]


def test_the_seed_decides_and_the_global_stream_is_left_alone() -> None:
    before = random.getstate()
    first = list(islice(offspring(PARENTS, 1), 100))
    assert random.getstate() == before
    random.seed(5)
    assert list(islice(offspring(PARENTS, 1), 100)) == first
    assert list(islice(offspring(PARENTS, 2), 100)) != first


def test_children_are_canonical_and_mostly_new() -> None:
    children = born(PARENTS, 200)
    assert len(children) > 150
    assert all(parse(child.smiles) == child for child in children)
    assert len(set(children) - set(PARENTS)) > 80


def test_a_child_of_a_crossover_holds_a_piece_of_each_parent() -> None:
    ester, sulfone = parse("CCCC(=O)OC"), parse("CS(=O)(=O)c1ccccc1")
    children = born([ester, sulfone], 100, rate=0.0)
    both = [c for c in children if "S" in c.smiles and "C(=O)O" in c.smiles]
    assert both


def test_more_mutation_makes_more_distinct_children() -> None:
    assert len(set(born(PARENTS, 300, rate=1.0))) > len(set(born(PARENTS, 300, rate=0.0)))


def test_the_best_parent_is_drawn_the_most_often() -> None:
    named = [pair[1] for pair in islice(offspring(PARENTS, 0), 400) if pair]
    assert named.count(PARENTS[0]) > 2 * named.count(PARENTS[3])
    assert set(named) == set(PARENTS)


def test_children_resemble_their_parents_more_than_strangers() -> None:
    strangers = [parse("CCN(CC)CC"), parse("OCCOCCO")]
    pairs = [pair for pair in islice(offspring(PARENTS, 0), 200) if pair]
    near = sum(similarities(child, [parent])[0] for child, parent in pairs)
    assert near > 2 * sum(similarities(child, strangers).max() for child, _ in pairs)


@pytest.mark.parametrize("smiles", ["CO", "C", "FC(F)F", "C#N", "c1ccccc1", "C[Si](C)(C)C", "OB(O)c1ccccc1"])
def test_odd_parents_do_not_raise(smiles: str) -> None:
    born([parse(smiles)], 100)


def test_without_parents_there_are_no_children() -> None:
    assert list(offspring([], 0)) == []
