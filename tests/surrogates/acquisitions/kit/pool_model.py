"""A pool of candidates as a BoTorch model, and the objectives as BoTorch sees them, to compare with BoTorch.

BoTorch asks a model for its posterior at points; here a point is the index of a candidate, and the
posterior is read from a table of means and standard deviations that any belief can fill. Exact
properties are columns without spread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from botorch.acquisition.multi_objective.objective import MCMultiOutputObjective
from botorch.acquisition.objective import PosteriorTransform
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultitaskMultivariateNormal
from linear_operator.operators import DiagLinearOperator
from torch import Tensor

from loop.objective import FloatArray, Objective, gains


class PoolModel(Model):
    """Independent normal beliefs about ``m`` properties of ``n`` candidates, addressed by index.

    Parameters
    ----------
    means, sds
        Shape ``(n, m)``.
    """

    def __init__(self, means: FloatArray, sds: FloatArray) -> None:
        super().__init__()
        self.means = torch.from_numpy(np.ascontiguousarray(means))
        self.variances = torch.from_numpy(np.ascontiguousarray(sds)) ** 2

    @property
    def num_outputs(self) -> int:
        """Number of properties."""
        return int(self.means.shape[-1])

    @property
    def batch_shape(self) -> torch.Size:
        """No batch of models."""
        return torch.Size()

    def posterior(
        self,
        X: Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | Tensor = False,
        posterior_transform: PosteriorTransform | None = None,
    ) -> GPyTorchPosterior:
        """Posterior at the candidates whose indices are in ``X``, shape ``(..., q, 1)``, all independent.

        Raises
        ------
        NotImplementedError
            For observation noise, a choice of outputs or a transform.
        """
        if output_indices or observation_noise is not False or posterior_transform:
            raise NotImplementedError("a pool model answers for all properties, without noise")
        rows = X[..., 0].long()
        variances = DiagLinearOperator(self.variances[rows].flatten(-2))
        return GPyTorchPosterior(MultitaskMultivariateNormal(self.means[rows], variances))


class ScaledGains(MCMultiOutputObjective):
    """The objectives' own gains, in units of ``scales``: BoTorch maximises what the report shows."""

    def __init__(self, objectives: Sequence[Objective], scales: FloatArray) -> None:
        super().__init__()
        self.objectives, self.scales = tuple(objectives), scales

    def forward(self, samples: Tensor, X: Tensor | None = None) -> Tensor:
        """Gains of property values; the last axis is that of the objectives."""
        return torch.from_numpy(at_least_two(gains(self.objectives, samples.numpy()) / self.scales))


def at_least_two(gained: FloatArray) -> FloatArray:
    """Set a constant gain of 1 beside a single objective: its volume is its length, and boxes need two."""
    if gained.shape[-1] > 1:
        return gained
    return np.concatenate([gained, np.ones_like(gained)], axis=-1)
