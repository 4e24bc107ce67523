"""Figures on each round of a simulated campaign, against the pool it could have chosen from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from flows.simulation.labelled import Task
from loop.metrics import hypervolume, pareto_mask
from loop.objective import FloatArray, gains
from loop.simulate import Replayed

TOP = 0.01
"""Share of the pool that counts as its top."""


@dataclass(frozen=True)
class Yardstick:
    """What the whole pool holds; molecules whose measurement fails are worth nothing."""

    task: Task

    @cached_property
    def gains(self) -> FloatArray:
        """Gains of the pool, shape ``(n, m)``; NaN where a measurement fails."""
        columns = np.stack([self.task.labels.column(o.property) for o in self.task.objectives], axis=-1)
        return gains(self.task.objectives, columns)

    @cached_property
    def volume(self) -> float:
        """Hypervolume of the pool from the declared references."""
        return hypervolume(self.gains[self._measurable], 0.0)

    @cached_property
    def _measurable(self) -> NDArray[np.intp]:
        """Rows whose measurement does not fail."""
        return np.flatnonzero(np.isfinite(self.gains).all(axis=1))

    @cached_property
    def front(self) -> frozenset[int]:
        """Rows of the pool's Pareto front, as far as it is above every reference; else all of it."""
        gained = self.gains[self._measurable]
        mask = pareto_mask(gained)
        above = mask & (gained > 0).all(axis=1)
        return frozenset(self._measurable[above if above.any() else mask].tolist())

    @cached_property
    def top(self) -> frozenset[int]:
        """Rows of the top 1 %, by the sum of gains in units of each gain's spread over the pool."""
        score = self._scaled[self._measurable].sum(axis=1)
        count = max(1, round(TOP * len(score)))
        return frozenset(self._measurable[np.argsort(-score, kind="stable")[:count]].tolist())

    @cached_property
    def _scaled(self) -> FloatArray:
        spread = self.gains[self._measurable].std(axis=0)
        return np.asarray(self.gains / np.where(spread > 0, spread, 1.0))

    def distance(self, rows: list[int]) -> float:
        """Inverted generational distance: from the front to the nearest of ``rows``, on average.

        In units of each gain's standard deviation over the pool; Coello Coello and Reyes Sierra,
        10.1007/978-3-540-24694-7_71.
        """
        if not rows:
            return float("nan")
        return float(cdist(self._scaled[sorted(self.front)], self._scaled[rows]).min(axis=1).mean())


def measure(yardstick: Yardstick, replayed: Iterable[Replayed]) -> list[dict[str, float]]:
    """One row of figures for each round."""
    objectives, labels = yardstick.task.objectives, yardstick.task.labels
    found = []
    for step in replayed:
        if step.state.closed is not None:
            break
        molecules, values = step.state.complete(objectives)
        rows = [labels.rows[m] for m in molecules]
        volume = hypervolume(gains(objectives, values), 0.0) if rows else 0.0
        found.append(
            {
                "round": len(step.state.rounds) - 1,
                "evaluations": step.state.evaluations,
                "cost_seconds": step.state.cpu_seconds,
                "hypervolume": volume,
                "hypervolume_share": volume / yardstick.volume if yardstick.volume else float("nan"),
                "pareto_recall": len(yardstick.front & set(rows)) / len(yardstick.front),
                "top_recall": len(yardstick.top & set(rows)) / len(yardstick.top),
                "distance": yardstick.distance(rows),
                **{
                    f"best {o.property}": float(values[np.argmax(o.gain(values[:, k])), k])
                    if rows
                    else float("nan")
                    for k, o in enumerate(objectives)
                },
                "failures": len(step.state.failures),
                "fit_seconds": step.fit_seconds,
                "proposal_seconds": step.proposal_seconds,
            }
        )
    return found
