"""Putting a batch together, one pick after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from loop.molecule import nearest, similarities
from loop.objective import FloatArray
from loop.protocols import Question
from loop.records import Candidate, Pick, Prediction
from surrogates.acquisitions.kit.criteria import Criterion, IndexArray, Ranking, optimism
from surrogates.acquisitions.kit.prospects import foresee
from surrogates.acquisitions.kit.scalar import draw_weights
from surrogates.acquisitions.kit.view import View, view_of

DIRECTIONS = 32
"""Weightings whose best candidates make the shortlist."""

SEVERAL = 10
"""Batches drawn where the shortlist is left to chance, so that the similarity cap leaves one."""

CLOSELY = 5
"""So many times the shortlist are looked at closely in a pool of four times that and more."""

OPTIMISM = 1.0
"""Standard deviations added to the gains in choosing the shortlist."""


@dataclass(frozen=True)
class Rules:
    """What every batch obeys, whatever its criteria.

    Attributes
    ----------
    max_similarity
        Largest Tanimoto similarity of a pick to another pick and to anything asked.
    shortlist
        Candidates looked at closely, chosen from the pool by scalarised gains under many weights; ``None``
        takes several batches of them at random.
    feasibility_weight, cost_weight
        Powers of a candidate's probability of being measured and of its expected cost by which what it
        promises is multiplied and divided; see :func:`surrogates.acquisitions.kit.prospects.foresee`.
    """

    max_similarity: float
    shortlist: int | None
    feasibility_weight: float = 0.0
    cost_weight: float = 0.0


def choose(question: Question, criteria: Sequence[Criterion], rules: Rules) -> list[Pick]:
    """Choose a batch, the criteria taking turns and starting at one the seed decides.

    Raises
    ------
    ValueError
        If the question cannot be answered; see :func:`surrogates.acquisitions.kit.view.view_of`.
    """
    rng = np.random.default_rng(question.seed)
    view, distinct = _shortlisted(_foreseen(question, rules), question, rules, rng)
    first = int(rng.integers(len(criteria)))
    taken: dict[int, tuple[str, float]] = {}
    while len(taken) < min(question.batch, len(view.candidates)):
        ranking = criteria[(first + len(taken)) % len(criteria)].rank(view, rng)
        index, relaxed = _first_allowed(ranking, view, list(taken), distinct, rules.max_similarity)
        reason = ranking.reason(index) + view.prospects.remark(index)
        reason += _RELAXED.format(rules.max_similarity) if relaxed else ""
        taken[index] = reason, float(ranking.values[index])
        view = view.believing(index)
    return _picks(question, view, taken)


def promising(question: Question, n: int, rules: Rules) -> list[Candidate]:
    """The ``n`` candidates of the best ranks under many weightings, without regard for each other.

    Chance draws them where the rules know no shortlist. None resembles what was asked too closely.

    Raises
    ------
    ValueError
        See :func:`choose`.
    """
    view = _foreseen(question, rules)
    order = _ordered(view, n, rules, np.random.default_rng(question.seed))
    return [view.candidates[i] for i in _parted(view, order, question, n, rules.max_similarity)[0]]


def _foreseen(question: Question, rules: Rules) -> View:
    view = view_of(question)
    prospects = foresee(question, view.molecules, rules.feasibility_weight, rules.cost_weight)
    return replace(view, prospects=prospects)


_RELAXED = "; nothing left on the shortlist is below the similarity cap of {:g}"


def _picks(question: Question, view: View, taken: Mapping[int, tuple[str, float]]) -> list[Pick]:
    """Picks with what was believed of them on measurements alone, without pending ones and each other."""
    measured = replace(view, beliefs={name: question.beliefs[name] for name in view.beliefs})
    means, sds = measured.only(list(taken)).means_and_sds
    names = [objective.property for objective in view.objectives]
    return [
        Pick(
            view.candidates[i],
            *said,
            {n: Prediction(float(m), float(s)) for n, m, s in zip(names, *row, strict=True)},
        )
        for (i, said), row in zip(taken.items(), zip(means, sds, strict=True), strict=True)
    ]


def _shortlisted(
    view: View, question: Question, rules: Rules, rng: np.random.Generator
) -> tuple[View, set[int]]:
    """The most promising candidates, and the rows among them that resemble nothing asked too closely.

    Candidates over the cap fill up the list only if the pool does not yield a batch without them.
    """
    wanted = rules.shortlist or SEVERAL * question.batch
    order = _ordered(view, wanted, rules, rng)
    allowed, others = _parted(view, order, question, wanted, rules.max_similarity)
    missing = max(0, question.batch - len(allowed))
    return view.only([*allowed, *others[:missing]]), set(range(len(allowed)))


def _ordered(view: View, wanted: int, rules: Rules, rng: np.random.Generator) -> IndexArray:
    return _by_promise(view, wanted, rng) if rules.shortlist else rng.permutation(len(view.candidates))


def _parted(
    view: View, order: IndexArray, question: Question, wanted: int, cap: float
) -> tuple[list[int], list[int]]:
    """The first ``wanted`` candidates under the similarity cap, and those over it that come before them."""
    asked = tuple(dict.fromkeys((*question.asked, *question.pending, *question.measured)))
    allowed: list[int] = []
    others: list[int] = []
    for i, close in zip(order, nearest((view.molecules[i] for i in order), asked), strict=True):
        (others if close > cap else allowed).append(int(i))
        if len(allowed) == wanted:
            break
    return allowed, others


def _by_promise(view: View, wanted: int, rng: np.random.Generator) -> IndexArray:
    """Candidates in the order of their best rank under any of several weightings.

    Of a large pool only those that look good to coarse beliefs are looked at by the whole ones.
    """
    n, m = len(view.candidates), len(view.objectives)
    weightings = draw_weights(DIRECTIONS if m > 1 else 1, m, rng)
    closely = max(CLOSELY * wanted, n // 20)
    if n >= 4 * closely and (coarse := view.coarse()) is not view:
        rows = _best_ranked(coarse, closely, weightings)[:closely]
        return rows[_best_ranked(view.only(rows.tolist()), wanted, weightings)]
    return _best_ranked(view, wanted, weightings)


def _best_ranked(view: View, wanted: int, weightings: FloatArray) -> IndexArray:
    """Candidates by their best rank; ranks beyond twice ``wanted`` are not told apart."""
    n = len(view.candidates)
    best = np.full(n, n)
    most = min(n, 2 * wanted)
    for weights in weightings:
        values = -view.discounted(optimism(view, weights, OPTIMISM))
        top = np.argpartition(values, most - 1)[:most] if most < n else np.arange(n)
        top = top[np.lexsort((top, values[top]))]
        best[top] = np.minimum(best[top], np.arange(len(top)))
    return np.argsort(best, kind="stable")


def _first_allowed(
    ranking: Ranking,
    view: View,
    taken: Sequence[int],
    distinct: set[int],
    cap: float,
) -> tuple[int, bool]:
    """The best candidate under the similarity cap, or the best of all and word that the cap was relaxed."""
    chosen = [view.molecules[i] for i in taken]
    free = [int(i) for i in ranking.order if int(i) not in taken]
    for i in free:
        if i in distinct and similarities(view.molecules[i], chosen).max(initial=0.0) <= cap:
            return i, False
    return free[0], True
