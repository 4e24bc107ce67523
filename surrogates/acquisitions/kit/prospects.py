"""What stands between a candidate and its gain: a measurement that may fail, and what it costs.

Both are learned from what the campaign went through, by the same Gaussian process as a property. Nothing is
computed where nothing has failed and costs do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import Evidence, Question
from loop.records import Property
from surrogates.gp.belief import GaussianBelief
from surrogates.gp.fitting import fit
from surrogates.gp.kernels import SumKernel

SHARES = np.linspace(0.0, 0.99, 34)
"""Trust in the molecule against the campaign's overall rate that is tried."""

CHEAPEST = 1e-3
"""CPU seconds below which a cost counts as this."""

DOUBTFUL = 0.9
"""Probabilities below this are worth a word to the user."""


@dataclass(frozen=True)
class Prospects:
    """How a measurement of each candidate is expected to go.

    Attributes
    ----------
    feasible
        Probability that it ends in values, shape ``(n,)``.
    seconds
        What it is expected to cost, CPU seconds, shape ``(n,)``; ``None`` where costs do not count.
    discounts
        Factor on what the candidate promises, shape ``(n,)``: 1 where nothing speaks against it.
    """

    feasible: FloatArray
    seconds: FloatArray | None
    discounts: FloatArray

    @classmethod
    def plain(cls, n: int) -> Prospects:
        """Every measurement succeeds, whatever it costs."""
        return cls(np.ones(n), None, np.ones(n))

    def only(self, rows: Sequence[int]) -> Prospects:
        """Those of some of the candidates."""
        chosen = np.asarray(rows, dtype=int)
        seconds = None if self.seconds is None else self.seconds[chosen]
        return Prospects(self.feasible[chosen], seconds, self.discounts[chosen])

    def remark(self, index: int) -> str:
        """What a person should know of a candidate's prospects; mostly nothing."""
        said = ""
        if self.feasible[index] < DOUBTFUL:
            said += f"; measurable with a probability of {self.feasible[index]:.0%}, as failures go"
        if self.seconds is not None:
            said += f"; expected cost {self.seconds[index] / 3600:.2g} core-hours"
        return said


def foresee(
    question: Question, candidates: Sequence[Molecule], feasibility_weight: float, cost_weight: float
) -> Prospects:
    """Learn from failures and costs what to expect of candidates.

    What a candidate promises is multiplied by its probability of being measured and divided by its cost
    relative to that of a typical molecule, each to the power of its weight: a gain per core-second at a cost
    weight of 1 (Snoek et al., arXiv:1206.2944; powers below 1 after Lee et al., arXiv:2003.10870).
    """
    plain = Prospects.plain(len(candidates))
    measured = set(question.measured)
    failed = [m for m in question.failed if m not in measured]
    feasible, discounts = plain.feasible, plain.discounts
    if failed and feasibility_weight > 0:
        feasible = feasibility(question.measured, failed, candidates)
        discounts = discounts * feasible**feasibility_weight
    seconds = None
    if cost_weight > 0:
        seconds, typical = expected_seconds(question, candidates)
        discounts = discounts * (seconds / typical) ** -cost_weight
    return Prospects(feasible, seconds, discounts)


def feasibility(
    measured: Sequence[Molecule], failed: Sequence[Molecule], candidates: Sequence[Molecule]
) -> FloatArray:
    """Probability that measuring each candidate succeeds, shape ``(n,)``.

    A Gaussian process of 1 for a failure and 0 for a measurement (least-squares classification, Rasmussen &
    Williams, 6.5) knows families of molecules that fail. It is mixed with the campaign's overall rate of
    failures, in the share that made the outcomes most probable with each molecule left out in turn: where
    failures do not follow the molecule, or there is but one, all candidates get the overall rate.
    """
    # Failures first, so that hyperparameters, which are fitted to the first of many, know them.
    known = (*failed, *measured)
    outcomes = np.concatenate([np.ones(len(failed)), np.zeros(len(measured))])
    belief = _learned("failure", known, outcomes)
    overall = (len(failed) + 0.5) / (len(known) + 1.0)  # Jeffreys' prior
    least = 0.5 * overall  # what is unlike every failure may fail in a way not seen yet

    def mixed(share: float, means: FloatArray) -> FloatArray:
        return np.asarray(share * np.clip(means, least, 1.0) + (1.0 - share) * overall)

    left_out = belief.left_out()[0]

    def merit(share: float) -> float:
        p = mixed(share, left_out)
        # The factor 1 - share is a prior that has the outcomes prove that they follow the molecule.
        return float(np.log(np.where(outcomes > 0, p, 1.0 - p)).sum() + np.log(1.0 - share))

    return 1.0 - mixed(max(SHARES.tolist(), key=merit), belief.predict(candidates)[0])


def expected_seconds(question: Question, candidates: Sequence[Molecule]) -> tuple[FloatArray, float]:
    """Median cost of each candidate, shape ``(n,)``, and of the molecules paid for, in CPU seconds.

    Learned from the logarithms of what the answered molecules cost, failures included; neither an oracle's
    rough estimate nor, in a simulation, the table's own figure is asked.
    """
    waiting = set(question.pending)
    paid = tuple(m for m in question.asked if m in question.spent and m not in waiting)
    if len(paid) < 2:
        return np.ones(len(candidates)), 1.0
    logs = np.log(np.maximum([question.spent[m] for m in paid], CHEAPEST))
    belief = _learned("log CPU seconds", paid, logs)
    return np.exp(belief.predict(candidates)[0]), float(np.exp(logs.mean()))


def _learned(name: str, molecules: tuple[Molecule, ...], values: FloatArray) -> GaussianBelief:
    return fit(SumKernel(), Evidence(Property(name, "1", ""), molecules, values, np.zeros(len(values))))
