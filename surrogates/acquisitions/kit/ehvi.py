"""Hypervolume improvement of a whole pool: how much is expected, and how likely there is any.

BoTorch's Monte Carlo value costs candidates x draws x cells, 30 CPU seconds for 1,500 candidates and a
front of 40 in four objectives (measured). Beliefs about different properties are independent, so the same
expectation (Daulton et al., arXiv:2006.05078) follows from one-dimensional integrals over the boxes of
BoTorch's partitioning of what the front dominates: all a candidate is expected to dominate, less what of it
is dominated already. The tests hold it against BoTorch's own acquisition. The probability of any improvement
is that of being above the reference, less that of being inside one of the same boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray

from loop.objective import FloatArray

IndexArray = NDArray[np.intp]

Chances = Callable[[FloatArray], FloatArray]
"""Edges, shape ``(n_edges,)``, to the probability that each gain exceeds each edge, ``(n, n_edges)``."""

BLOCK = 1_000_000
"""Most numbers in one temporary array."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Run PyTorch on one thread: box decompositions are small, and threads make them wait for each other.

    The setting is the process's own, so it is put back at the end.
    """
    import torch  # noqa: PLC0415 - two seconds with BoTorch, which describing a campaign must not take

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
        Gains to improve on, in units of one's choice, shape ``(k, m)``.
    """

    def __init__(self, front: FloatArray) -> None:
        import torch  # noqa: PLC0415 - as above
        from botorch.utils.multi_objective.box_decompositions.dominated import (  # noqa: PLC0415
            DominatedPartitioning,
        )

        with one_thread(), torch.no_grad():
            points = torch.from_numpy(_at_least_two(front))
            origin = torch.zeros(points.shape[1], dtype=torch.float64)
            self._boxes = DominatedPartitioning(origin, points)
        self._read()

    def told(self, gained: FloatArray) -> Improvement:
        """The improvement over the front with some more points, shape ``(j, m)``; updates the boxes only."""
        import torch  # noqa: PLC0415 - as above

        copy = deepcopy(self)
        with one_thread(), torch.no_grad():
            copy._boxes.update(torch.from_numpy(_at_least_two(gained)))
        copy._read()
        return copy

    def _read(self) -> None:
        lower, upper = self._boxes.get_hypercell_bounds().numpy()
        self._lower: FloatArray = lower
        self._upper: FloatArray = upper
        self.volume = float(self._boxes.compute_hypervolume())

    def expected(self, slices: FloatArray) -> FloatArray:
        """Expected improvement of each candidate, shape ``(n,)``.

        Parameters
        ----------
        slices
            Equally likely gains of each candidate and objective, in the units of the front, shape
            ``(n_slices, n, m)``; objectives are taken as independent.
        """
        slices = _at_least_two(slices)
        _, n, m = slices.shape
        found = np.maximum(slices, 0.0).mean(axis=0).prod(axis=1)
        for rows in self._blocks(n):
            dominated = np.ones((len(rows), len(self._lower)))
            for k in range(m):
                dominated *= _widths(slices[:, rows, k], self._lower[:, k], self._upper[:, k])
            found[rows] -= dominated.sum(axis=1)
        return np.asarray(np.maximum(found, 0.0))

    def probability(self, chances: Sequence[Chances]) -> FloatArray:
        """Probability that each candidate adds any hypervolume, shape ``(n,)``.

        Parameters
        ----------
        chances
            For each objective, in the units of the front; objectives are taken as independent.
        """
        above = np.stack([chance(np.zeros(1))[:, 0] for chance in chances], axis=-1).prod(axis=1)
        tables = [_inside(c, self._lower[:, k], self._upper[:, k]) for k, c in enumerate(chances)]
        for rows in self._blocks(len(above)):
            dominated = np.ones((len(rows), len(self._lower)))
            for table, lower, upper in tables:
                dominated *= table[np.ix_(rows, lower)] - table[np.ix_(rows, upper)]
            above[rows] -= dominated.sum(axis=1)
        return np.asarray(np.clip(above, 0.0, 1.0))

    def _blocks(self, n: int) -> list[IndexArray]:
        """Rows of candidates whose boxes fit into one temporary array."""
        return np.array_split(np.arange(n), max(1, n * len(self._lower) // BLOCK))


def _inside(
    chance: Chances, lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, IndexArray, IndexArray]:
    """Probabilities of exceeding any edge, and which of its columns are the boxes' lower and upper ones."""
    edges = np.unique(np.concatenate([lower, upper]))
    return chance(edges), np.searchsorted(edges, lower), np.searchsorted(edges, upper)


def _at_least_two(gained: FloatArray) -> FloatArray:
    """Set a constant gain of 1 beside a single objective: its volume is its length, and boxes need two."""
    if gained.shape[-1] > 1:
        return gained
    return np.concatenate([gained, np.ones_like(gained)], axis=-1)


def _widths(slices: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Expected length of each gain inside each box, along one objective; shape ``(n, n_boxes)``.

    Parameters
    ----------
    slices
        Shape ``(n_slices, n)``.
    lower, upper
        Edges of the boxes, shape ``(n_boxes,)``.
    """
    edges = np.unique(np.concatenate([lower, upper]))
    beyond = np.stack([np.maximum(slices - edge, 0.0).mean(axis=0) for edge in edges], axis=-1)
    return np.asarray(beyond[:, np.searchsorted(edges, lower)] - beyond[:, np.searchsorted(edges, upper)])
