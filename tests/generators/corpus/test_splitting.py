"""What is set aside has nothing in common with what is trained on."""

from __future__ import annotations

import pytest

from generators.corpus.entries import corpus
from generators.corpus.splitting import Split, constitution, framework, split
from loop.molecule import Molecule, parse


@pytest.fixture(scope="module")
def molecules() -> list[Molecule]:
    return [parse(entry.smiles) for entry in corpus()[:3000]]


@pytest.fixture(scope="module")
def parts(molecules: list[Molecule]) -> Split:
    return split(molecules, random=200, scaffold=100, seed=1)


def test_nothing_is_lost_or_twice(molecules: list[Molecule], parts: Split) -> None:
    every = [*parts.training, *parts.random, *parts.scaffold]
    assert len(every) == len(set(every))
    assert set(every) == set(molecules)
    assert 200 <= len(parts.random) <= 210
    assert 100 <= len(parts.scaffold) <= 110


def test_scaffolds_set_aside_are_nowhere_else(parts: Split) -> None:
    unseen = {framework(m) for m in parts.scaffold}
    assert "" not in unseen
    assert "c1ccccc1" not in unseen
    assert not unseen & {framework(m) for m in (*parts.training, *parts.random)}


def test_stereoisomers_are_on_one_side() -> None:
    isomers = [parse(s) for s in ("C[C@H](O)C(=O)O", "C[C@@H](O)C(=O)O", "CC(O)C(=O)O")]
    others = [parse("C" * n + "O") for n in range(2, 12)]
    for seed in range(8):
        found = split([*isomers, *others], random=3, scaffold=0, seed=seed)
        sides = {m in found.random for m in isomers}
        assert len(sides) == 1
    assert {constitution(m) for m in isomers} == {"CC(O)C(=O)O"}


def test_the_seed_decides(molecules: list[Molecule], parts: Split) -> None:
    assert split(molecules, random=200, scaffold=100, seed=1) == parts
    assert split(molecules, random=200, scaffold=100, seed=2) != parts
    assert split(molecules[:10], random=0, scaffold=0, seed=0) == Split(tuple(molecules[:10]), (), ())
