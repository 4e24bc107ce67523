"""Putting a batch together, one pick after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loop.molecule import Molecule, similarities
from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.criteria import Criterion, Ranking, optimism
from surrogates.acquisitions.kit.scalar import draw_weights
from surrogates.acquisitions.kit.view import View, view_of

DIRECTIONS = 32
"""Weightings whose best candidates make the shortlist."""


@dataclass(frozen=True)
class Rules:
    """What every batch obeys, whatever its criteria.

    Attributes
    ----------
    max_similarity
        Largest Tanimoto similarity of a pick to another pick and to anything asked.
    shortlist
        Candidates looked at closely, chosen from the pool by scalarised gains under many weights.
    beta
        Standard deviations of optimism in choosing the shortlist; ``None`` draws it at random.
    """

    max_similarity: float
    shortlist: int
    beta: float | None


def choose(question: Question, criteria: Sequence[Criterion], rules: Rules) -> list[Pick]:
    """Choose a batch, the criteria taking turns and starting at one the seed decides.

    Raises
    ------
    ValueError
        If the question cannot be answered; see :func:`surrogates.acquisitions.kit.view.view_of`.
    """
    everything = view_of(question)
    rng = np.random.default_rng(question.seed)
    view, distinct = _shortlisted(everything, question, rules, rng)
    before, first = view, int(rng.integers(len(criteria)))
    picks: list[Pick] = []
    taken: list[int] = []
    while len(picks) < min(question.batch, len(view.candidates)):
        ranking = criteria[(first + len(picks)) % len(criteria)].rank(view, rng)
        chosen = [view.molecules[i] for i in taken]
        index, relaxed = _first_allowed(ranking, view, taken, distinct, chosen, rules.max_similarity)
        reason = ranking.reason(index) + (_RELAXED.format(rules.max_similarity) if relaxed else "")
        value = float(ranking.values[index])
        picks.append(Pick(view.candidates[index], reason, value, before.predictions(index)))
        taken.append(index)
        view = view.believing(index)
    return picks


_RELAXED = "; nothing left in the pool is below the similarity cap of {:g}"


def _shortlisted(
    view: View, question: Question, rules: Rules, rng: np.random.Generator
) -> tuple[View, set[int]]:
    """The most promising candidates, and the rows among them that resemble nothing asked too closely.

    Candidates over the cap fill up the list only if the pool does not yield a batch without them.
    """
    asked = tuple(dict.fromkeys((*question.asked, *question.pending, *question.measured)))
    allowed: list[int] = []
    others: list[int] = []
    for i in _by_promise(view, rules.beta, rng):
        close = similarities(view.molecules[i], asked).max(initial=0.0) > rules.max_similarity
        (others if close else allowed).append(int(i))
        if len(allowed) == rules.shortlist:
            break
    missing = max(0, question.batch - len(allowed))
    return view.only([*allowed, *others[:missing]]), set(range(len(allowed)))


def _by_promise(view: View, beta: float | None, rng: np.random.Generator) -> np.ndarray:
    """Candidates in the order of their best rank under any of several weightings."""
    if beta is None:
        return rng.permutation(len(view.candidates))
    best = np.full(len(view.candidates), len(view.candidates))
    for weights in draw_weights(DIRECTIONS, len(view.objectives), rng):
        order = np.argsort(-optimism(view, weights, beta), kind="stable")
        best[order] = np.minimum(best[order], np.arange(len(order)))
    return np.argsort(best, kind="stable")


def _first_allowed(
    ranking: Ranking,
    view: View,
    taken: Sequence[int],
    distinct: set[int],
    chosen: Sequence[Molecule],
    cap: float,
) -> tuple[int, bool]:
    """The best candidate under the similarity cap, or the best of all and word that the cap was relaxed."""
    free = [int(i) for i in ranking.order if int(i) not in taken]
    for i in free:
        if i in distinct and similarities(view.molecules[i], chosen).max(initial=0.0) <= cap:
            return i, False
    return free[0], True
