"""Expected hypervolume improvement over a pool: all candidates by quadrature, the best by BoTorch in logs.

BoTorch's Monte Carlo value costs candidates x draws x cells, 30 CPU seconds for 1,500 candidates and a
front of 40 in four objectives (measured); since beliefs about different properties are independent, the same
expectation is a sum over cells of products of one-dimensional integrals, which takes a tenth of a second.
The sum picks the finalists and BoTorch ranks them, in log space, where tails too thin for a sum still count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from botorch.acquisition.multi_objective import logei
from botorch.sampling.normal import SobolQMCNormalSampler
from botorch.utils.multi_objective.box_decompositions.non_dominated import FastNondominatedPartitioning

from loop.objective import FloatArray, Objective
from surrogates.acquisitions.kit.pool_model import PoolModel, ScaledGains, at_least_two

BLOCK = 1_000_000
"""Most numbers in one temporary array."""

# BoTorch would compile a C++ extension at first use: half a minute, a compiler, and a lock file that makes
# every later run wait forever if the first is killed. The finalists are few enough to do without.
logei._load_attempted = True


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


class Improvement:
    """Expected hypervolume improvement over one front, the origin of gain space for reference point.

    Parameters
    ----------
    front
        Gains to improve on, in units of ``scales``, shape ``(k, m)``.
    """

    def __init__(self, front: FloatArray) -> None:
        with one_thread(), torch.no_grad():
            points = torch.from_numpy(at_least_two(front))
            self._origin = torch.zeros(points.shape[1], dtype=torch.float64)
            self._boxes = FastNondominatedPartitioning(self._origin, points)
            lower, upper = self._boxes.get_hypercell_bounds().numpy()
            self._lower: FloatArray = lower
            self._upper: FloatArray = upper
            self.volume = float(self._boxes.compute_hypervolume())

    def expected(self, slices: FloatArray) -> FloatArray:
        """Expected improvement of each candidate, shape ``(n,)``.

        Parameters
        ----------
        slices
            Equally likely gains of each candidate and objective, in units of the scales, shape
            ``(n_slices, n, m)``; objectives are taken as independent.
        """
        slices = at_least_two(slices)
        _, n, m = slices.shape
        found = np.empty(n)
        for rows in np.array_split(np.arange(n), max(1, n * len(self._lower) // BLOCK)):
            volumes = np.ones((len(rows), len(self._lower)))
            for k in range(m):
                volumes *= _widths(slices[:, rows, k], self._lower[:, k], self._upper[:, k])
            found[rows] = volumes.sum(axis=1)
        return found

    def log_expected(
        self,
        objectives: Sequence[Objective],
        means: FloatArray,
        sds: FloatArray,
        scales: FloatArray,
        draws: int,
        seed: int,
    ) -> FloatArray:
        """Log of the expected improvement of each candidate, shape ``(n,)``.

        BoTorch's ``qLogExpectedHypervolumeImprovement`` (Ament et al., arXiv:2310.20708; Daulton et al.,
        arXiv:2006.05078) with the objectives' own gains.

        Parameters
        ----------
        means, sds
            Beliefs in the properties' units, shape ``(n, m)``.
        scales
            What counts as one unit of each gain, shape ``(m,)``.
        draws
            Quasi-Monte Carlo draws, a power of two.
        """
        with one_thread(), torch.no_grad():
            criterion = logei.qLogExpectedHypervolumeImprovement(
                model=PoolModel(means, sds),
                ref_point=self._origin,
                partitioning=self._boxes,  # type: ignore[arg-type]  # annotated narrower than it is used
                sampler=SobolQMCNormalSampler(torch.Size([draws]), seed=seed),
                objective=ScaledGains(objectives, scales),
            )
            block = max(1, BLOCK // (draws * self._lower.size))
            points = torch.arange(len(means), dtype=torch.float64).reshape(-1, 1, 1)
            parts = [criterion(points[k : k + block]) for k in range(0, len(means), block)]
            return np.asarray(torch.cat(parts).numpy())


def _widths(slices: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Expected length of each gain inside each cell, along one objective; shape ``(n, n_cells)``.

    Parameters
    ----------
    slices
        Shape ``(n_slices, n)``.
    lower, upper
        Edges of the cells, shape ``(n_cells,)``; the upper ones may be infinite.
    """
    edges = np.unique(np.concatenate([lower, upper]))
    beyond = np.stack([np.maximum(slices - edge, 0.0).mean(axis=0) for edge in edges], axis=-1)
    return np.asarray(beyond[:, np.searchsorted(edges, lower)] - beyond[:, np.searchsorted(edges, upper)])
