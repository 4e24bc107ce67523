"""A list seen through limits."""

from __future__ import annotations

import numpy as np

from generators.corpus.entries import Entry, known_additives
from generators.corpus.shelf import Shelf, shelf_of
from loop.molecule import Limits, parse, similarities

ENTRIES = (
    Entry("OCCO", "glycol", "library"),
    Entry("CCCCCCCC", "octane", "library"),
    Entry("OCC(O)CO", "glycerol", "library"),
    Entry("CS(C)=O", "DMSO", "library"),
)


def test_a_draw_visits_everything_inside_the_limits_once() -> None:
    shelf = Shelf(ENTRIES, Limits())
    assert sorted(shelf.draw(np.random.default_rng(0))) == [0, 2, 3]
    assert shelf.candidate(1) is None


def test_neighbours_come_most_similar_first() -> None:
    shelf = Shelf(known_additives(), Limits())
    incumbent = parse("OCC(O)CO")
    order = [shelf.molecule(index) for index, _ in shelf.neighbours([incumbent])]
    found = [molecule for molecule in order if molecule is not None]
    assert found[0] == incumbent
    assert (np.diff(similarities(incumbent, found)) <= 0).all()


def test_limits_are_told_apart_by_content() -> None:
    shelf = shelf_of(ENTRIES, Limits())
    assert shelf_of(ENTRIES, Limits()) is shelf
    wide = shelf_of(ENTRIES, Limits(max_logp=None, exclude={}))
    assert len(list(wide.draw(np.random.default_rng(0)))) == 4
