"""Did the surrogate know? What it expected of its picks, held against what was measured.

Picks are judged, not held-out molecules: they are where the surrogate was believed, so that an error there
misleads the campaign, and where it errs most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from loop.campaign import State
from loop.molecule import Molecule
from loop.objective import FloatArray

ENOUGH = 20
"""Picks measured before anything is said against a surrogate."""

LEAST_COVERAGE = 0.8
"""Share inside the 95 % intervals below which they are called too small.

Of 20 picks of a calibrated surrogate fewer than 16 are inside with a probability of 0.003."""

WIDTH_95 = 1.959964
"""Standard deviations on either side of the central 95 % of a normal distribution."""

_erf = np.vectorize(math.erf, otypes=[np.float64])


@dataclass(frozen=True, eq=False)
class Expectations:
    """What was expected of the picks of one property, and what was measured.

    Attributes
    ----------
    name
        Name of the property.
    molecules
        The ``n`` picks that were measured, in the order asked.
    means, sds, measured
        Expected measurement, its standard deviation (doubt, fitted noise and known uncertainty together), and
        the measured value, each of shape ``(n,)``, in the property's unit.
    plain_means, plain_sds
        Mean and standard deviation of what was measured before each round: what someone without a surrogate
        would expect.
    """

    name: str
    molecules: tuple[Molecule, ...]
    means: FloatArray
    sds: FloatArray
    measured: FloatArray
    plain_means: FloatArray
    plain_sds: FloatArray

    @property
    def n(self) -> int:
        """Picks measured."""
        return len(self.molecules)

    @cached_property
    def standardised(self) -> FloatArray:
        """Errors in units of the expected standard deviations, shape ``(n,)``."""
        return (self.measured - self.means) / self.sds

    @property
    def mean_absolute_error(self) -> float:
        """In the property's unit."""
        return float(np.abs(self.measured - self.means).mean())

    @property
    def coverage_95(self) -> float:
        """Share of the measurements inside the central 95 % intervals."""
        return coverage_95(self.standardised)

    @property
    def nll(self) -> float:
        """Mean negative log-likelihood of the measurements, in nats."""
        return nll(self.measured - self.means, self.sds)

    @property
    def plain_nll(self) -> float:
        """The same for someone who expects what was measured before, whatever the molecule."""
        return nll(self.measured - self.plain_means, self.plain_sds)

    @property
    def miscalibration_area(self) -> float:
        """See :func:`miscalibration_area`."""
        return miscalibration_area(self.standardised)

    @property
    def rank_correlation(self) -> float:
        """Spearman's, of expected and measured values; NaN where one of them does not vary."""
        expected, found = ranks(self.means), ranks(self.measured)
        if min(np.ptp(expected), np.ptp(found)) == 0:
            return math.nan
        return float(np.corrcoef(expected, found)[0, 1])

    @property
    def alarm(self) -> str | None:
        """Why the surrogate's word should not be taken, if so; ``None`` while too few picks are measured."""
        if self.n < ENOUGH:
            return None
        if self.nll >= self.plain_nll:
            return (
                f"the surrogate of {self.name} is of no use: its expectations of {self.n} picks are no "
                f"better than the mean and spread of what was measured before (negative log-likelihood "
                f"{self.nll:.2f} against {self.plain_nll:.2f})"
            )
        if self.coverage_95 < LEAST_COVERAGE:
            return (
                f"the surrogate of {self.name} is too sure of itself: {self.coverage_95:.0%} of {self.n} "
                "picks were measured inside its 95 % intervals"
            )
        return None


def expectations(state: State, names: Sequence[str]) -> list[Expectations]:
    """Expectations of each property of which a surrogate chose something that is measured by now."""
    found = (_expectations(state, name) for name in names)
    return [one for one in found if one.n]


def nll(errors: FloatArray, sds: FloatArray) -> float:
    """Mean negative log-likelihood of errors under normal distributions, in nats."""
    return float((0.5 * np.log(2 * np.pi * sds**2) + 0.5 * (errors / sds) ** 2).mean())


def coverage_95(standardised: FloatArray) -> float:
    """Share of errors, in units of the predicted standard deviations, in the central 95 %."""
    return float((np.abs(standardised) <= WIDTH_95).mean())


def left_out_figures(errors: FloatArray, sds: FloatArray) -> dict[str, float]:
    """The figures that every belief has, of measurements predicted without themselves.

    Parameters
    ----------
    errors, sds
        Measured less predicted, and the predicted standard deviation of the measurement, shape ``(n,)``.
    """
    return {
        "n": float(len(errors)),
        "loo_nll": nll(errors, sds),
        "loo_rmse": float(np.sqrt((errors**2).mean())),
        "loo_coverage_95": coverage_95(errors / sds),
    }


def miscalibration_area(standardised: FloatArray) -> float:
    """Area between promised and found shares of central intervals, 0 to 0.5.

    Kuleshov et al., arXiv:1807.00263; Tran et al., 10.1088/2632-2153/ab7e1a.

    Parameters
    ----------
    standardised
        Errors in units of the predicted standard deviations, shape ``(n,)``.
    """
    # The smallest central interval that holds each.
    inside = np.sort(_erf(np.abs(standardised) / math.sqrt(2)))
    promised = np.linspace(0.0, 1.0, 1001)
    shares = np.searchsorted(inside, promised, side="right") / len(inside)
    return float(np.trapezoid(np.abs(shares - promised), promised))


def _expectations(state: State, name: str) -> Expectations:
    values = state.values.get(name, {})
    known: list[float] = []
    molecules: list[Molecule] = []
    rows: list[tuple[float, float, float, float, float]] = []
    for a_round in state.rounds:
        plain = (float(np.mean(known)), float(np.std(known))) if known else (0.0, 0.0)
        noise = float(a_round.notes.get("surrogate", {}).get(name, {}).get("noise_sd", 0.0))
        for pick in a_round.picks:
            molecule, expected = pick.candidate.molecule, pick.predictions.get(name)
            if (value := values.get(molecule)) is None:
                continue
            known.append(value.value)
            if expected is not None and expected.sd > 0 and plain[1] > 0:
                molecules.append(molecule)
                sd = math.hypot(expected.sd, noise, value.uncertainty)
                rows.append((expected.mean, sd, value.value, *plain))
    return Expectations(name, tuple(molecules), *np.array(rows, dtype=np.float64).reshape(-1, 5).T)


def ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1; equal values share their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - 0.5 * (count - 1))[place])
