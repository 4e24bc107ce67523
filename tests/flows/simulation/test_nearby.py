"""A neighbourhood of the table in the seat of a generator."""

from __future__ import annotations

import numpy as np

from flows.simulation.nearby import Nearby
from generators.corpus.entries import corpus
from loop.labels import Labels
from loop.molecule import Limits, parse, similarities
from loop.protocols import Generator
from loop.records import Property

MOLECULES = tuple(parse(entry.smiles) for entry in corpus()[300:420])
LABELS = Labels(MOLECULES, (Property("size", "1", ""),), np.zeros((120, 1)), np.ones(120))
INCUMBENTS = [MOLECULES[5], MOLECULES[50]]


def test_without_incumbents_everything_is_offered() -> None:
    nearby = Nearby(LABELS, 0.25)
    assert isinstance(nearby, Generator)
    assert [c.molecule for c in nearby.propose([], 10, Limits(), seed=0)] == list(MOLECULES)


def test_the_nearest_and_a_random_share_are_offered_without_the_incumbents() -> None:
    found = Nearby(LABELS, 0.25).propose(INCUMBENTS, 40, Limits(), seed=0)
    molecules = [c.molecule for c in found]
    assert len(set(molecules)) == 40
    assert not set(molecules) & set(INCUMBENTS)
    near = [c for c in found if c.parent]
    assert len(near) == 30
    least = min(similarities(c.molecule, INCUMBENTS).max() for c in near)
    left = set(MOLECULES) - {c.molecule for c in near} - set(INCUMBENTS)
    assert least >= max(similarities(m, INCUMBENTS).max() for m in left)


def test_the_parent_is_the_closest_incumbent() -> None:
    for candidate in Nearby(LABELS, 0.0).propose(INCUMBENTS, 20, Limits(), seed=0):
        to_each = similarities(candidate.molecule, INCUMBENTS)
        assert candidate.parent == INCUMBENTS[int(to_each.argmax())].smiles


def test_the_seed_decides_what_is_drawn() -> None:
    nearby = Nearby(LABELS, 0.5)
    first = nearby.propose(INCUMBENTS, 40, Limits(), seed=1)
    assert nearby.propose(INCUMBENTS, 40, Limits(), seed=1) == first
    assert nearby.propose(INCUMBENTS, 40, Limits(), seed=2) != first


def test_a_small_table_is_offered_whole() -> None:
    assert len(Nearby(LABELS, 0.25).propose(INCUMBENTS, 1000, Limits(), seed=0)) == 118


def test_the_setting_is_part_of_the_version() -> None:
    assert Nearby(LABELS, 0.25).version() != Nearby(LABELS, 0.5).version()
