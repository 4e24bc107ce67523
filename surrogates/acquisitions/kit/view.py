"""What is believed of the candidates while a batch is put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from loop.molecule import Molecule
from loop.objective import Direction, FloatArray, Objective, gains
from loop.protocols import Belief, Coarsened, Question
from loop.records import Candidate
from surrogates.acquisitions.kit.prospects import Prospects


@cache
def quantiles() -> FloatArray:
    """Midpoints of 32 equally likely slices of a standard normal, for moments of a bent gain."""
    from scipy.special import ndtri  # noqa: PLC0415 - a fifth of a second, for those who choose

    return np.asarray(ndtri((np.arange(32) + 0.5) / 32))


@dataclass(frozen=True)
class View:
    """Candidates, what is believed of them, and the front they are to improve.

    Attributes
    ----------
    objectives
        What is wanted, in the order of every last axis.
    candidates, molecules
        The ``n`` candidates and their molecules.
    beliefs
        Property name -> belief, told of everything measured, pending and picked.
    exact
        Property name -> exact values of the candidates, shape ``(n,)``.
    known
        The ``k`` molecules measured, pending and picked.
    front
        Their gains, measured or believed, shape ``(k, m)``.
    scales
        Gain of each objective that counts as one unit, shape ``(m,)``.
    prospects
        How measuring the candidates is expected to go.
    """

    objectives: tuple[Objective, ...]
    candidates: tuple[Candidate, ...]
    molecules: tuple[Molecule, ...]
    beliefs: Mapping[str, Belief]
    exact: Mapping[str, FloatArray]
    known: tuple[Molecule, ...]
    front: FloatArray
    scales: FloatArray
    prospects: Prospects

    @cached_property
    def means_and_sds(self) -> tuple[FloatArray, FloatArray]:
        """Believed values in the properties' units, each of shape ``(n, m)``; exact ones have no spread."""
        columns = [
            (self.exact[o.property], np.zeros(len(self.candidates)))
            if o.property in self.exact
            else self.beliefs[o.property].predict(self.molecules)
            for o in self.objectives
        ]
        return np.stack([c[0] for c in columns], axis=-1), np.stack([c[1] for c in columns], axis=-1)

    def gain_slices(self, exploration: float) -> FloatArray:
        """Equally likely gains in units of ``scales``, shape ``(n_slices, n, m)``.

        Parameters
        ----------
        exploration
            Factor on the standard deviations.
        """
        means, sds = self.means_and_sds
        return gains(self.objectives, means + exploration * sds * quantiles()[:, None, None]) / self.scales

    def exceeding(self, objective: int, edges: FloatArray, exploration: float) -> FloatArray:
        """Probability that one gain exceeds each edge, shape ``(n, n_edges)``.

        Parameters
        ----------
        objective
            Index of the objective.
        edges
            In units of its scale, shape ``(n_edges,)``.
        exploration
            Factor on the standard deviations.
        """
        from scipy.special import ndtr  # noqa: PLC0415 - as above

        goal, scale = self.objectives[objective], self.scales[objective]
        means, sds = (table[:, objective, None] for table in self.means_and_sds)
        low, high = goal.values_above(edges * scale)
        with np.errstate(divide="ignore", invalid="ignore"):
            doubtful = ndtr((means - low) / (exploration * sds)) - ndtr((means - high) / (exploration * sds))
        return np.asarray(np.where(sds > 0, doubtful, goal.gain(means) / scale > edges))

    def draw_known(self, rows: NDArray[np.intp], n: int, seed: int) -> FloatArray:
        """Joint posterior draws of the gains of some of ``known``, shape ``(n, len(rows), m)``."""
        drawn = np.tile(self.front[rows], (n, 1, 1))
        for k, goal in enumerate(self.objectives):
            if goal.property in self.beliefs:
                molecules = [self.known[i] for i in rows]
                drawn[..., k] = goal.gain(self.beliefs[goal.property].draw(molecules, n, seed + k))
        return drawn

    @cached_property
    def gain_moments(self) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the gains in units of ``scales``, each of shape ``(n, m)``."""
        means, sds = self.means_and_sds
        columns = [_moments(o, means[:, k], sds[:, k]) for k, o in enumerate(self.objectives)]
        mean, sd = (np.stack(column, axis=-1) for column in zip(*columns, strict=True))
        return mean / self.scales, sd / self.scales

    def believing(self, index: int) -> View:
        """The view after a candidate is picked: its believed values are taken for measured.

        The kriging believer (Ginsbourger et al., 10.1007/978-3-642-10701-6_6): means stay, doubt shrinks
        around the pick, and its believed gains join the front, so that the next pick looks elsewhere.
        """
        values, picked = self.means_and_sds[0][index], (self.molecules[index],)
        believed = dict(zip((o.property for o in self.objectives), values[:, None], strict=True))
        told = {name: belief.given(picked, believed[name]) for name, belief in self.beliefs.items()}
        front = np.vstack([self.front, gains(self.objectives, values)])
        return replace(self, beliefs=told, known=(*self.known, self.molecules[index]), front=front)

    def coarse(self) -> View:
        """The view of coarse beliefs, where there are such; itself where none is cheaper."""
        beliefs = {n: b.coarse() if isinstance(b, Coarsened) else b for n, b in self.beliefs.items()}
        same = all(beliefs[name] is belief for name, belief in self.beliefs.items())
        return self if same else replace(self, beliefs=beliefs)

    def only(self, rows: Sequence[int]) -> View:
        """The view of some of the candidates."""
        chosen = np.asarray(rows, dtype=int)
        return replace(
            self,
            candidates=tuple(self.candidates[i] for i in rows),
            molecules=tuple(self.molecules[i] for i in rows),
            exact={name: values[chosen] for name, values in self.exact.items()},
            prospects=self.prospects.only(rows),
        )

    def discounted(self, values: FloatArray) -> FloatArray:
        """What candidates promise, shape ``(n,)``, in view of their prospects; bad ones deepen a loss."""
        discounts = self.prospects.discounts
        return np.asarray(np.where(values > 0, values * discounts, values / discounts))


def _moments(objective: Objective, means: FloatArray, sds: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of one gain; that of a window bends, and is summed over slices."""
    if objective.direction is not Direction.WINDOW:
        return objective.gain(means), sds
    slices = objective.gain(means + sds * quantiles()[:, None])
    return slices.mean(axis=0), slices.std(axis=0)


def told_of(beliefs: Mapping[str, Belief], molecules: Sequence[Molecule]) -> dict[str, Belief]:
    """Beliefs after taking their own predictions of ``molecules`` for measurements."""
    if not molecules:
        return dict(beliefs)
    return {name: b.given(molecules, b.predict(molecules)[0]) for name, b in beliefs.items()}


def scales(front: FloatArray) -> FloatArray:
    """One unit of each gain: the best measured above the reference, or the spread if that is larger.

    Parameters
    ----------
    front
        Measured gains, shape ``(k, m)``.
    """
    found = np.maximum(front.max(axis=0), front.std(axis=0))
    return np.where(found > 1e-12, found, 1.0)


def view_of(question: Question) -> View:
    """The view a question opens: its pool without repeats or molecules asked before.

    Raises
    ------
    ValueError
        If fewer than two molecules have every objective measured, or nothing is known of an objective.
    """
    _check(question)
    molecules = tuple(candidate.molecule for candidate in question.pool)
    places = dict(zip(molecules, range(len(molecules)), strict=True))
    for molecule in (*question.asked, *question.pending, *question.measured):
        places.pop(molecule, None)
    rows = sorted(places.values())
    objectives = tuple(question.objectives)
    learned = [o.property for o in objectives if o.property not in question.exact]
    beliefs = {name: question.beliefs[name] for name in learned}
    front = gains(objectives, np.asarray(question.front, dtype=np.float64))
    pending = _pending_values(question, beliefs)
    return View(
        objectives=objectives,
        candidates=tuple(question.pool),
        molecules=molecules,
        beliefs=told_of(beliefs, question.pending),
        exact={o.property: question.exact[o.property] for o in objectives if o.property in question.exact},
        known=(*question.measured, *question.pending),
        front=np.vstack([front, gains(objectives, pending)]),
        scales=scales(front),
        prospects=Prospects.plain(len(question.pool)),
    ).only(rows)


def _pending_values(question: Question, beliefs: Mapping[str, Belief]) -> FloatArray:
    """Believed or exact values of what is pending, shape ``(n_pending, m)``."""
    columns = [
        beliefs[o.property].predict(question.pending)[0]
        if o.property in beliefs
        else question.pending_exact[o.property]
        for o in question.objectives
    ]
    return np.stack(columns, axis=-1).reshape(len(question.pending), len(question.objectives))


def _check(question: Question) -> None:
    if len(question.measured) < 2:
        raise ValueError(
            f"{len(question.measured)} molecules have every objective measured; an acquisition needs at "
            "least 2, choose an initial design instead"
        )
    if np.shape(question.front) != (len(question.measured), len(question.objectives)):
        raise ValueError(
            f"the front has shape {np.shape(question.front)}; {len(question.measured)} molecules and "
            f"{len(question.objectives)} objectives were said to be measured"
        )
    for objective in question.objectives:
        name = objective.property
        if name not in question.exact and name not in question.beliefs:
            raise ValueError(f"nothing is known of {name}: it is neither exact nor learned")
        if name in question.exact and len(question.exact[name]) != len(question.pool):
            raise ValueError(
                f"{len(question.exact[name])} exact values of {name} for a pool of {len(question.pool)}"
            )
