"""Criteria that look at the boxes a front dominates: how much one adds, and whether it adds at all."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from loop.objective import FloatArray
from surrogates.acquisitions.kit.criteria import Ranking, best_first, tie_bounds
from surrogates.acquisitions.kit.ehvi import Improvement
from surrogates.acquisitions.kit.view import View

logger = logging.getLogger(__name__)

WORTHLESS = 1e-6
"""Expected improvements below this share of the front's hypervolume are rounding, not a reason."""

HOPELESS = 1e-9
"""Probabilities below this are rounding: they are differences of numbers near 1."""


@dataclass
class Front:
    """The boxes of the present front; while a batch grows, those of the slot before are told of the pick."""

    _last: tuple[FloatArray, Improvement] | None = None

    def improvement(self, front: FloatArray) -> Improvement:
        """The improvement over a front, shape ``(k, m)``."""
        known = self._last
        if (
            known is not None
            and len(known[0]) <= len(front)
            and np.array_equal(known[0], front[: len(known[0])])
        ):
            new = front[len(known[0]) :]
            found = known[1].told(new) if len(new) else known[1]
        else:
            found = Improvement(front)
        self._last = (front, found)
        return found


@dataclass(frozen=True)
class LogEHVI:
    """Expected hypervolume improvement, in log space; ties go to the scalarised upper confidence bound.

    Windows saturate: once molecules with every gain at 1 are measured, no hypervolume is left and every
    candidate ties. An arbitrary pick would then look like a reasoned one.
    """

    exploration: float
    _front: Front = field(default_factory=Front)

    def rank(self, view: View, rng: np.random.Generator) -> Ranking:  # noqa: ARG002
        """See :class:`surrogates.acquisitions.kit.criteria.Criterion`."""
        improvement = self._front.improvement(view.front / view.scales)
        floor = float(np.log(WORTHLESS * max(improvement.volume, 1.0)))
        with np.errstate(divide="ignore"):
            logs = np.log(improvement.expected(view.gain_slices(self.exploration)))
        live, bounds = logs > floor, tie_bounds(view)
        logger.info("%d of %d candidates could gain hypervolume", live.sum(), len(logs))
        gained = np.exp(logs) * float(np.prod(view.scales))

        def reason(i: int) -> str:
            if not live[i]:
                return f"no hypervolume left to gain, upper confidence bound {bounds[i]:.3g} (log-EHVI tie)"
            return f"expected hypervolume gain {gained[i]:.2g} (log-EHVI)"

        return Ranking(best_first(logs, live, view), view.discounted(gained), reason)


@dataclass(frozen=True)
class HVProbability:
    """Probability that a candidate adds any hypervolume: above every reference and dominated by nothing.

    The probability of improvement of several objectives (Keane, 10.2514/1.16875), exact for independent
    normal beliefs. It asks for no size, so it stays close to what is known; ties, as of candidates sure to
    improve on a poor front, go to the scalarised upper confidence bound.
    """

    exploration: float
    _front: Front = field(default_factory=Front)

    def rank(self, view: View, rng: np.random.Generator) -> Ranking:  # noqa: ARG002
        """See :class:`surrogates.acquisitions.kit.criteria.Criterion`."""
        improvement = self._front.improvement(view.front / view.scales)
        chances = [
            partial(view.exceeding, k, exploration=self.exploration) for k in range(len(view.objectives))
        ]
        shares = improvement.probability(chances)
        live, bounds = shares > HOPELESS, tie_bounds(view)
        logs = np.log(np.maximum(shares, HOPELESS))

        def reason(i: int) -> str:
            if not live[i]:
                return f"no hypervolume likely to gain, upper confidence bound {bounds[i]:.3g} (tie)"
            return f"adds hypervolume with a probability of {shares[i]:.0%} (hypervolume probability)"

        return Ranking(best_first(logs, live, view), view.discounted(shares), reason)
