"""A pool of candidates as a BoTorch model, and log-EHVI over it.

BoTorch asks a model for its posterior at points; here a point is the index of a candidate, and the
posterior is read from a table of means and standard deviations that any belief can fill. Exact
properties are columns without spread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from botorch.acquisition.multi_objective.logei import qLogExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.objective import MCMultiOutputObjective
from botorch.acquisition.objective import PosteriorTransform
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.sampling.normal import SobolQMCNormalSampler
from botorch.utils.multi_objective.box_decompositions.non_dominated import FastNondominatedPartitioning
from gpytorch.distributions import MultitaskMultivariateNormal
from linear_operator.operators import DiagLinearOperator
from torch import Tensor

from loop.objective import FloatArray, Objective, gains

BLOCK = 2_000_000
"""Most candidates x draws x cells x objectives at a time: keeps BoTorch's temporaries near 100 MB."""


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
        X: Tensor,  # noqa: N803
        output_indices: list[int] | None = None,
        observation_noise: bool | Tensor = False,
        posterior_transform: PosteriorTransform | None = None,
    ) -> GPyTorchPosterior:
        """Posterior at the candidates whose indices are in ``X``, shape ``(..., 1, 1)``.

        Raises
        ------
        NotImplementedError
            For anything but single candidates without observation noise: the table holds marginals only.
        """
        if X.shape[-2:] != (1, 1) or output_indices or observation_noise is not False or posterior_transform:
            raise NotImplementedError("a pool model answers for one candidate at a time, without noise")
        rows = X[..., 0, 0].long()
        mean, variance = self.means[rows].unsqueeze(-2), self.variances[rows]
        return GPyTorchPosterior(MultitaskMultivariateNormal(mean, DiagLinearOperator(variance)))


class ScaledGains(MCMultiOutputObjective):
    """The objectives' own gains, in units of ``scales``: BoTorch maximises what the report shows."""

    def __init__(self, objectives: Sequence[Objective], scales: FloatArray) -> None:
        super().__init__()
        self.objectives, self.scales = tuple(objectives), scales

    def forward(self, samples: Tensor, X: Tensor | None = None) -> Tensor:  # noqa: N803, ARG002
        """Gains of property values; the last axis is that of the objectives."""
        return torch.from_numpy(gains(self.objectives, samples.numpy()) / self.scales)


@contextmanager
def one_thread() -> Iterator[None]:
    """Run PyTorch on one thread: box decompositions are small, and threads make them wait for each other.

    The setting is the process's own, so it is put back at the end.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def log_ehvi(
    objectives: Sequence[Objective],
    means: FloatArray,
    sds: FloatArray,
    front: FloatArray,
    scales: FloatArray,
    draws: int,
    seed: int,
) -> tuple[FloatArray, float]:
    """Log of the expected hypervolume improvement of each candidate over ``front``.

    BoTorch's ``qLogExpectedHypervolumeImprovement`` (Ament et al., arXiv:2310.20708; Daulton et al.,
    arXiv:2006.05078) with the origin of gain space as reference point.

    Parameters
    ----------
    means, sds
        Beliefs in the properties' units, shape ``(n, m)``.
    front, scales
        Gains to improve on, shape ``(k, m)``, and what counts as one unit of each, shape ``(m,)``.
    draws
        Quasi-Monte Carlo draws, a power of two.

    Returns
    -------
    Logarithms, shape ``(n,)``, and the hypervolume of the front, both in units of ``scales``.
    """
    with one_thread(), torch.no_grad():
        origin = torch.zeros(len(objectives), dtype=torch.float64)
        boxes = FastNondominatedPartitioning(origin, torch.from_numpy(front / scales))
        criterion = qLogExpectedHypervolumeImprovement(
            model=PoolModel(means, sds),
            ref_point=origin,
            partitioning=boxes,
            sampler=SobolQMCNormalSampler(torch.Size([draws]), seed=seed),
            objective=ScaledGains(objectives, scales),
        )
        cells = boxes.get_hypercell_bounds().shape[-2]
        block = max(1, BLOCK // (draws * cells * len(objectives)))
        points = torch.arange(len(means), dtype=torch.float64).reshape(-1, 1, 1)
        values = torch.cat([criterion(part) for part in points.split(block)])
        return values.numpy(), float(boxes.compute_hypervolume())
