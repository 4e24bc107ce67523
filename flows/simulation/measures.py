"""Figures on each round of a simulated campaign, against the pool it could have chosen from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from flows.simulation.labelled import Task
from loop.calibration import expectations
from loop.campaign import State
from loop.metrics import hypervolume, pareto_mask
from loop.objective import FloatArray, gains
from loop.simulate import Replayed

TOP = 0.01
"""Share of the pool that counts as its top."""

REACHED = 0.95
"""Share of the pool's hypervolume at which a campaign could have stopped."""


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
    """One row of figures for each round, on what was answered when it ended."""
    objectives, labels = yardstick.task.objectives, yardstick.task.labels
    reached_at = float("nan")
    found = []
    for step in replayed:
        if step.state.closed is not None:
            break
        molecules, values = step.state.complete(objectives)
        rows = [labels.rows[m] for m in molecules]
        volume = hypervolume(gains(objectives, values), 0.0) if rows else 0.0
        if np.isnan(reached_at) and volume >= REACHED * yardstick.volume:
            reached_at = _reached(yardstick, step.state)
        found.append(
            {
                "round": len(step.state.rounds) - 1,
                "evaluations": len(step.state.ended),
                "cost_seconds": step.state.cpu_seconds,
                "clock_seconds": step.state.wall_seconds,
                "idle": step.idle,
                "seconds_to_reach": reached_at,
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
                **calibration(step.state, [o.property for o in objectives]),
                "failures": len(step.state.failures),
                "fit_seconds": step.fit_seconds,
                "proposal_seconds": step.proposal_seconds,
            }
        )
    return found


def calibration(state: State, names: Sequence[str]) -> dict[str, float]:
    """What became of the surrogate's expectations of all picks so far; nothing of what it did not learn."""
    found: dict[str, float] = {}
    for one in expectations(state, names):
        found |= {
            f"coverage_95 {one.name}": one.coverage_95,
            f"nll {one.name}": one.nll,
            f"plain_nll {one.name}": one.plain_nll,
            f"miscalibration {one.name}": one.miscalibration_area,
            f"rank_correlation {one.name}": one.rank_correlation,
            f"alarm {one.name}": float(one.alarm is not None),
        }
    return found


def _reached(yardstick: Yardstick, state: State) -> float:
    """Clock at the answer with which ``REACHED`` of the pool's hypervolume was first held."""
    objectives = yardstick.task.objectives
    molecules, values = state.complete(objectives)
    at = state.ended
    order = sorted(range(len(molecules)), key=lambda i: at[molecules[i]])
    held = gains(objectives, values)[order]
    goal, counts = REACHED * yardstick.volume, range(1, len(order))
    return at[molecules[order[bisect_left(counts, goal, key=lambda n: hypervolume(held[:n], 0.0))]]]
