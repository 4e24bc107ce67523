"""The genetic algorithm among labelled molecules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from flows.simulation.genetic import Genetic, crowding, population, ranking
from generators.corpus.entries import corpus
from loop.molecule import Limits, parse, similarities
from loop.objective import Direction, Objective
from loop.protocols import Question
from loop.records import Candidate

MOLECULES = [m for e in corpus()[:400] if Limits().refusal(m := parse(e.smiles)) is None][:120]
OBJECTIVES = (
    Objective("size", "1", Direction.MAXIMIZE, 0.0),
    Objective("oxygen", "1", Direction.MAXIMIZE, -1.0),
)
VALUES = np.array([[m.heavy_atoms, m.smiles.count("O")] for m in MOLECULES], dtype=np.float64)
QUESTION = Question(
    pool=[Candidate(m, "labelled") for m in MOLECULES[30:]],
    objectives=OBJECTIVES,
    beliefs={},
    exact={},
    measured=MOLECULES[:30],
    front=VALUES[:30],
    pending=(),
    pending_exact={},
    asked=MOLECULES[:30],
    batch=6,
    seed=3,
)


def test_ranks_are_fronts_and_crowding_breaks_them() -> None:
    first = [[1.0, 5.0], [2.0, 4.0], [3.0, 3.5], [5.0, 1.0]]
    second = [[1.0, 4.0], [4.0, 0.5]]
    order = ranking(np.array(second + first))
    assert set(order[:4]) == {2, 3, 4, 5}
    assert set(order[:2]) == {2, 5}, "the ends of the front come first"
    assert order[2] == 4, "then what is far from its neighbours"


def test_what_is_above_every_reference_comes_first() -> None:
    assert ranking(np.array([[9.0, -0.1], [0.1, 0.1], [8.0, -0.2]])) == [1, 0, 2]


def test_crowding_of_one_and_of_equals_is_defined() -> None:
    assert crowding(np.array([[1.0, 2.0]])).tolist() == [np.inf]
    assert not np.isnan(crowding(np.ones((4, 2)))).any()


def test_picks_are_distinct_molecules_of_the_pool_and_follow_the_seed() -> None:
    picks = Genetic().choose(QUESTION)
    chosen = [p.candidate for p in picks]
    assert len({c.molecule for c in chosen}) == 6
    assert set(chosen) <= set(QUESTION.pool)
    assert Genetic().choose(QUESTION) == picks
    assert Genetic().choose(replace(QUESTION, seed=4)) != picks


def test_the_order_of_the_table_decides_little() -> None:
    turned = replace(QUESTION, pool=QUESTION.pool[::-1])
    chosen = {p.candidate.molecule for p in Genetic().choose(QUESTION)}
    assert chosen & {p.candidate.molecule for p in Genetic().choose(turned)}


def test_picks_are_like_the_best_measured() -> None:
    best = population(QUESTION)[:5]
    picks = Genetic().choose(replace(QUESTION, batch=20))
    near = np.mean([similarities(p.candidate.molecule, best).max() for p in picks])
    pool = np.mean([similarities(c.molecule, best).max() for c in QUESTION.pool])
    assert near > pool


def test_a_small_pool_is_taken_whole_and_an_empty_population_draws_at_random() -> None:
    assert len(Genetic().choose(replace(QUESTION, pool=QUESTION.pool[:4]))) == 4
    nothing = replace(QUESTION, measured=[], front=np.empty((0, 2)))
    assert len(Genetic().choose(nothing)) == 6
