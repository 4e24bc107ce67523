"""Criteria: each ranks the candidates of a view and says in one clause why the first comes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from loop.metrics import dominated, pareto_mask
from loop.molecule import Molecule
from loop.objective import FloatArray, gains
from surrogates.acquisitions.kit.scalar import chebyshev, draw_weights, linear
from surrogates.acquisitions.kit.view import View

IndexArray = NDArray[np.intp]

TIE = 1e-3
"""Logarithms of values closer than this are a tie."""

TIE_OPTIMISM = 0.5
"""Standard deviations added to the gains where ties are decided."""

DRAWS = 64
"""Draws of all candidates in which Pareto sets are counted."""


@dataclass(frozen=True)
class Ranking:
    """Candidates in order of preference.

    Attributes
    ----------
    order
        Indices of the candidates, best first, shape ``(n,)``.
    values
        Value of each candidate, shape ``(n,)``.
    reason
        Index -> why this candidate is worth choosing.
    """

    order: IndexArray
    values: FloatArray
    reason: Callable[[int], str]


class Criterion(Protocol):
    """Ranks candidates for one slot of a batch."""

    def rank(self, view: View, rng: np.random.Generator) -> Ranking:
        """Rank all candidates of ``view``."""
        ...


def optimism(view: View, weights: FloatArray, beta: float) -> FloatArray:
    """Scalarised upper confidence bound of the gains, shape ``(n,)``."""
    mean, sd = view.gain_moments
    return chebyshev(mean + beta * sd, weights)


def named(weights: FloatArray, view: View) -> str:
    """Weights as a person would say them."""
    return ", ".join(f"{o.property} {w:.0%}" for o, w in zip(view.objectives, weights, strict=True))


def by_value(view: View, promised: FloatArray, reason: Callable[[int], str]) -> Ranking:
    """Rank by what candidates promise, in view of their prospects."""
    values = view.discounted(promised)
    return Ranking(np.argsort(-values, kind="stable"), values, reason)


def best_first(logs: FloatArray, live: NDArray[np.bool_], view: View) -> IndexArray:
    """Order by the logarithm of what candidates promise, in view of their prospects.

    What is tied or not alive goes by its scalarised upper confidence bound.
    """
    coarse = np.round(np.where(live, logs + np.log(view.prospects.discounts), 0.0) / TIE)
    return np.lexsort((-view.discounted(tie_bounds(view)), -coarse, ~live))


def tie_bounds(view: View) -> FloatArray:
    """Upper confidence bounds under equal weights, which decide ties, shape ``(n,)``."""
    m = len(view.objectives)
    return optimism(view, np.full(m, 1.0 / m), TIE_OPTIMISM)


@dataclass(frozen=True)
class ScalarisedUCB:
    """Upper confidence bounds of the gains under one random weighting."""

    beta: float

    def rank(self, view: View, rng: np.random.Generator) -> Ranking:
        """See :class:`Criterion`."""
        weights = draw_weights(1, len(view.objectives), rng)[0]
        bounds, told = optimism(view, weights, self.beta), named(weights, view)
        return by_value(view, bounds, lambda i: f"upper confidence bound {bounds[i]:.3g} (weights {told})")


@dataclass(frozen=True)
class ExpectedGain:
    """Mean of the expected gains, all objectives weighted alike: no exploration."""

    def rank(self, view: View, rng: np.random.Generator) -> Ranking:  # noqa: ARG002
        """See :class:`Criterion`."""
        m = len(view.objectives)
        means = linear(view.gain_moments[0], np.full(m, 1.0 / m))
        return by_value(view, means, lambda i: f"expected gain {means[i]:.3g} (greedy)")


@dataclass(frozen=True)
class Chance:
    """No preference: the baseline everything else has to beat."""

    def rank(self, view: View, rng: np.random.Generator) -> Ranking:
        """See :class:`Criterion`."""
        values = rng.random(len(view.candidates))
        return Ranking(np.argsort(-values, kind="stable"), values, lambda _: "drawn at random")


@dataclass
class Thompson:
    """Best Chebyshev value in one joint draw of the beliefs, under one random weighting.

    The draws of a whole batch are made at its first slot: conditioning each on the picks before would cost
    a factorisation a slot, and draws differ enough without.
    """

    batch: int
    _draws: list[FloatArray] = field(default_factory=list)

    def rank(self, view: View, rng: np.random.Generator) -> Ranking:
        """See :class:`Criterion`."""
        if not self._draws:
            self._draws = list(_joint_draws(view, self.batch, rng))
        weights = draw_weights(1, len(view.objectives), rng)[0]
        drawn = chebyshev(self._draws.pop() / view.scales, weights)
        return by_value(
            view, drawn, lambda i: f"best in a posterior draw, {drawn[i]:.3g} (Thompson–Chebyshev)"
        )


def _joint_draws(view: View, n: int, rng: np.random.Generator) -> FloatArray:
    """Joint posterior draws of the gains, shape ``(n, n_candidates, m)``."""
    columns = [
        np.tile(view.exact[o.property], (n, 1))
        if o.property in view.exact
        else view.beliefs[o.property].draw(view.molecules, n, int(rng.integers(2**32)))
        for o in view.objectives
    ]
    return gains(view.objectives, np.stack(columns, axis=-1))


@dataclass
class ParetoMembership:
    """How often a candidate is in the Pareto set of everything, measured or drawn from the beliefs.

    Where log-EHVI asks how much a candidate adds, this asks whether it belongs: it fills the front up. One
    count serves a whole batch. Candidates are drawn independently of each other.
    """

    _counts: dict[Molecule, float] = field(default_factory=dict)

    def rank(self, view: View, rng: np.random.Generator) -> Ranking:
        """See :class:`Criterion`."""
        if not self._counts:
            self._counts = dict(zip(view.molecules, _membership(view, rng).tolist(), strict=True))
        shares = np.array([self._counts[molecule] for molecule in view.molecules])
        bounds = optimism(view, np.full(len(view.objectives), 1.0 / len(view.objectives)), 0.0)
        values = view.discounted(shares)
        return Ranking(
            np.lexsort((-view.discounted(bounds), -values)),
            values,
            lambda i: f"in the Pareto set of {shares[i]:.0%} of draws (Pareto membership)",
        )


def _membership(view: View, rng: np.random.Generator) -> FloatArray:
    """Share of draws in which each candidate is in the Pareto set, shape ``(n,)``."""
    means, sds = view.means_and_sds
    front = view.front[pareto_mask(view.front)]
    drawn = gains(view.objectives, means + sds * rng.standard_normal((DRAWS, *means.shape)))
    counts = np.zeros(len(means))
    for values, behind in zip(drawn, dominated(drawn, front), strict=True):
        left = np.flatnonzero(~behind)
        counts[left[pareto_mask(values[left])]] += 1
    return counts / DRAWS
