"""Expected improvement of a scalarised gain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from loop.objective import FloatArray, gains
from surrogates.acquisitions.kit.criteria import Ranking, best_first, named
from surrogates.acquisitions.kit.scalar import chebyshev, draw_weights
from surrogates.acquisitions.kit.view import View

LOG2_DRAWS = 8
"""Base 2 logarithm of the number of draws."""

TAU = 1e-6
"""Temperature of the softened tail, BoTorch's own: far below any improvement worth having."""

INCUMBENTS = 50
"""Measured molecules, the best under the weights, among which the best is looked for in every draw."""


@dataclass(frozen=True)
class LogNParEGO:
    """Log expected improvement of an augmented Chebyshev value under one random weighting.

    ParEGO (Knowles, 10.1109/TEVC.2005.851274) with a noisy best and a logarithm that still tells candidates
    apart where no draw improves (Ament et al., arXiv:2310.20708): BoTorch's ``qLogNParEGO`` for one
    candidate, and the tests hold it against BoTorch. Candidates and incumbents are taken as independent of
    each other, so that a pool costs no joint factorisation; incumbents are drawn jointly. The scalarisation
    is the kit's own, of gains from the declared references, not of values scaled to the front.
    """

    exploration: float

    def rank(self, view: View, rng: np.random.Generator) -> Ranking:
        """See :class:`surrogates.acquisitions.kit.criteria.Criterion`."""
        weights = draw_weights(1, len(view.objectives), rng)[0]
        best = _best(view, weights, int(rng.integers(2**32)))
        logs = log_improvement(_drawn(view, weights, self.exploration), best)
        gained, told = np.exp(logs), named(weights, view)
        return Ranking(
            best_first(logs, np.ones(len(logs), dtype=bool), view),
            view.discounted(gained),
            lambda i: f"expected improvement {gained[i]:.2g} (log-NParEGO, weights {told})",
        )


def log_improvement(values: FloatArray, best: FloatArray) -> FloatArray:
    """Log of the expected improvement, its tail softened, shape ``(n,)``.

    Parameters
    ----------
    values
        Equally likely values of each candidate, shape ``(n_draws, n)``.
    best
        What is to be improved on in each draw, shape ``(n_draws,)``.
    """
    import torch  # noqa: PLC0415 - two seconds with BoTorch, which describing a campaign must not take
    from botorch.utils.safe_math import log_fatplus, logmeanexp  # noqa: PLC0415

    with torch.no_grad():
        over = torch.from_numpy(values - best[:, None])
        return np.asarray(logmeanexp(log_fatplus(over, TAU), dim=0))


def _drawn(view: View, weights: FloatArray, exploration: float) -> FloatArray:
    """Chebyshev values of the candidates, shape ``(n_draws, n)``."""
    means, sds = view.means_and_sds
    normal = _normal(len(view.objectives))[:, None, :]
    return chebyshev(gains(view.objectives, means + exploration * sds * normal) / view.scales, weights)


def _best(view: View, weights: FloatArray, seed: int) -> FloatArray:
    """The best Chebyshev value of what is known in each draw, shape ``(n_draws,)``."""
    rows = np.argsort(-chebyshev(view.front / view.scales, weights), kind="stable")[:INCUMBENTS]
    drawn = view.draw_known(rows, 2**LOG2_DRAWS, seed) / view.scales
    return np.asarray(chebyshev(drawn, weights).max(axis=1))


@lru_cache(maxsize=4)
def _normal(m: int) -> FloatArray:
    """Standard normals from a scrambled Sobol sequence, the same in every slot, shape ``(n_draws, m)``."""
    from scipy.special import ndtri  # noqa: PLC0415
    from scipy.stats import qmc  # noqa: PLC0415 - half a second

    return np.asarray(ndtri(qmc.Sobol(m, seed=0).random_base2(LOG2_DRAWS)))
