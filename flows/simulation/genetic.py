"""A genetic algorithm among labelled molecules: what evolution finds without any surrogate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from generators.genetic.breeding import offspring
from loop.metrics import pareto_mask
from loop.molecule import Molecule, similarities
from loop.objective import FloatArray, gains
from loop.protocols import Question
from loop.records import Candidate, Pick

POPULATION = 20
"""The best measured molecules, from which parents are drawn; few, because campaigns measure some hundred."""

PATIENCE = 50
"""Children made per molecule to pick, before the rest of a batch is drawn at random."""


@dataclass(frozen=True)
class Genetic:
    """Picks the unmeasured molecules most like the offspring of the best measured ones."""

    kind: str = "genetic"

    def choose(self, question: Question) -> list[Pick]:
        """Breed from the population, and take for each child the most similar molecule left in the pool.

        Similarity is Tanimoto's on Morgan bits; among equals chance decides, and not the order of the table.
        """
        order = np.random.default_rng(question.seed).permutation(len(question.pool))
        left = [question.pool[i] for i in order]
        picks: list[Pick] = []
        for child, parent in islice(born(question), max(0, min(question.batch, len(left)))):
            like = similarities(child, [c.molecule for c in left])
            at = int(np.argmax(like))
            reason = f"closest to {child}, an offspring of {parent}"
            picks.append(Pick(left.pop(at), reason, float(like[at])))
        return picks + at_random(left, question.batch - len(picks))


def born(question: Question) -> Iterator[tuple[Molecule, Molecule]]:
    """Yield children of the population, with a parent each."""
    attempts = islice(offspring(population(question), question.seed), PATIENCE * question.batch)
    return (pair for pair in attempts if pair)


def at_random(shuffled: Sequence[Candidate], n: int) -> list[Pick]:
    """Fill a batch that breeding left short."""
    return [Pick(candidate, "drawn at random: no offspring") for candidate in shuffled[: max(n, 0)]]


def population(question: Question) -> list[Molecule]:
    """The best measured molecules, the best first."""
    if not question.measured:
        return []
    order = ranking(gains(question.objectives, question.front))
    return [question.measured[i] for i in order[:POPULATION]]


def ranking(reached: FloatArray) -> list[int]:
    """Rows by non-dominated rank, then by crowding distance: NSGA-II, Deb et al., 10.1109/4235.996017.

    The references are its constraints: what is above all of them comes before what is not.

    Parameters
    ----------
    reached
        Gains, shape ``(n, m)``; larger is better.

    Returns
    -------
    All rows, the best first.
    """
    above = (reached > 0).all(axis=1)
    return [row for some in (above, ~above) for row in _sorted(reached, np.flatnonzero(some))]


def _sorted(reached: FloatArray, rows: NDArray[np.intp]) -> list[int]:
    order: list[int] = []
    while len(rows):
        mask = pareto_mask(reached[rows])
        front = rows[mask]
        order += front[np.argsort(-crowding(reached[front]), kind="stable")].tolist()
        rows = rows[~mask]
    return order


def crowding(front: FloatArray) -> FloatArray:
    """Sum over gains of the distance between the two neighbours in units of the range, shape ``(n,)``."""
    total = np.zeros(len(front))
    for column in front.T:
        order = np.argsort(column, kind="stable")
        ends = np.concatenate([[-np.inf], column[order], [np.inf]])
        total[order] += (ends[2:] - ends[:-2]) / (np.ptp(column) or 1.0)
    return total
