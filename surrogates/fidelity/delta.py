"""A dear property as a multiple of a cheaper one, and a correction learned from what was measured of both.

``y(x) = slope * cheap(x) + correction(x)``: the autoregressive model of Kennedy & O'Hagan
(10.1093/biomet/87.1.1) in the recursive form of Le Gratiet & Garnier
(10.1615/Int.J.UncertaintyQuantification.2014006914). The cheap value is the measured one where there is one,
and believed elsewhere. Any surrogate can learn the two parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import Belief, ChosenBelief, Coarsened, Evidence, Surrogate
from surrogates.gp.fitting import rung

SLOPE_SD = 1.0
"""Standard deviation of the slope before anything is measured, around 1: both properties have one unit."""


@dataclass(frozen=True)
class Cheap:
    """What is believed of the cheaper property, and what of it is known.

    Attributes
    ----------
    belief
        Of the molecules that it was not measured of.
    values, variances
        Molecule -> measured value and the square of its uncertainty.
    """

    belief: Belief
    values: Mapping[Molecule, float]
    variances: Mapping[Molecule, float]

    @classmethod
    def learned(cls, evidence: Evidence, surrogate: Surrogate, seed: int) -> Cheap:
        """Fit to what was measured of it."""
        values = dict(zip(evidence.molecules, evidence.values.tolist(), strict=True))
        variances = dict(zip(evidence.molecules, (evidence.uncertainties**2).tolist(), strict=True))
        return cls(surrogate.fit(evidence, seed), values, variances)

    def moments(self, molecules: Sequence[Molecule]) -> tuple[FloatArray, FloatArray]:
        """Mean and variance, each of shape ``(n,)``."""
        means, sds = self.belief.predict(molecules)
        rows, known = self._known(molecules)
        means, variances = means.copy(), sds**2
        means[rows], variances[rows] = known, [self.variances[molecules[i]] for i in rows]
        return means, variances

    def draw(self, molecules: Sequence[Molecule], n: int, seed: int) -> FloatArray:
        """Joint draws, shape ``(n, n_molecules)``; what is measured does not vary."""
        drawn = self.belief.draw(molecules, n, seed).copy()
        rows, known = self._known(molecules)
        drawn[:, rows] = known
        return drawn

    def told_itself(self, molecules: Sequence[Molecule]) -> Cheap:
        """After its own predictions of what is not measured are taken for measurements."""
        new = [m for m in molecules if m not in self.values]
        if not new:
            return self
        return replace(self, belief=self.belief.given(new, self.belief.predict(new)[0]))

    def _known(self, molecules: Sequence[Molecule]) -> tuple[list[int], list[float]]:
        rows = [i for i, molecule in enumerate(molecules) if molecule in self.values]
        return rows, [self.values[molecules[i]] for i in rows]


@dataclass(frozen=True)
class DeltaBelief:
    """The sum of both parts; fulfils ``loop.protocols.Belief``."""

    cheap: Cheap
    slope: float
    correction: Belief

    @property
    def diagnostics(self) -> Mapping[str, float]:
        """Those of the correction, ``slope``, and ``screened``: molecules with a cheap value."""
        return {
            **self.correction.diagnostics,
            "slope": self.slope,
            "screened": float(len(self.cheap.values)),
        }

    def predict(self, molecules: Sequence[Molecule]) -> tuple[FloatArray, FloatArray]:
        """See ``loop.protocols.Belief``."""
        means, variances = self.cheap.moments(molecules)
        corrections, sds = self.correction.predict(molecules)
        return self.slope * means + corrections, np.sqrt(self.slope**2 * variances + sds**2)

    def draw(self, molecules: Sequence[Molecule], n: int, seed: int) -> FloatArray:
        """See ``loop.protocols.Belief``."""
        one, other = np.random.SeedSequence(seed).generate_state(2).tolist()
        return np.asarray(
            self.slope * self.cheap.draw(molecules, n, one) + self.correction.draw(molecules, n, other)
        )

    def given(self, molecules: Sequence[Molecule], values: FloatArray) -> DeltaBelief:
        """See ``loop.protocols.Belief``."""
        corrections = values - self.slope * self.cheap.moments(molecules)[0]
        told = self.correction.given(molecules, corrections)
        return replace(self, cheap=self.cheap.told_itself(molecules), correction=told)

    def coarse(self) -> DeltaBelief:
        """See ``loop.protocols.Coarsened``."""
        cheap, correction = _coarse(self.cheap.belief), _coarse(self.correction)
        if cheap is self.cheap.belief and correction is self.correction:
            return self
        return replace(self, cheap=replace(self.cheap, belief=cheap), correction=correction)


@dataclass(frozen=True)
class ChosenDelta(DeltaBelief):
    """One whose correction is of one of several surrogates; fulfils ``loop.protocols.ChosenBelief``."""

    @property
    def chosen(self) -> str:
        """Name of the surrogate that the correction is of."""
        return cast(ChosenBelief, self.correction).chosen


def _coarse(belief: Belief) -> Belief:
    return belief.coarse() if isinstance(belief, Coarsened) else belief


@dataclass(frozen=True)
class Delta:
    """Learns corrections where a cheaper property is told of; fulfils ``loop.protocols.Surrogate``.

    Attributes
    ----------
    base
        Learns the cheaper property and the correction, and the property itself where there is none cheaper.
    """

    base: Surrogate

    @property
    def kind(self) -> str:
        """That of the base."""
        return self.base.kind

    def fit(self, evidence: Evidence, seed: int) -> Belief:
        """Fit to at least two measurements of either property."""
        if evidence.cheaper is None or len(evidence.cheaper.molecules) < 2:
            return self.base.fit(evidence, seed)
        cheap = Cheap.learned(evidence.cheaper, self.base, seed)
        means, variances = cheap.moments(evidence.molecules)
        n = rung(len(means))  # the slope stays while the hyperparameters do
        slope = slope_of(means[:n], evidence.values[:n])
        corrections = replace(
            evidence,
            values=evidence.values - slope * means,
            uncertainties=np.sqrt(evidence.uncertainties**2 + slope**2 * variances),
            cheaper=None,
        )
        correction = self.base.fit(corrections, seed)
        made_of = ChosenDelta if isinstance(correction, ChosenBelief) else DeltaBelief
        return made_of(cheap, slope, correction)


def slope_of(cheap: FloatArray, dear: FloatArray) -> float:
    """Slope of the dear property on the cheap one, drawn to 1 as far as the measurements leave it open.

    Parameters
    ----------
    cheap, dear
        Values of the same molecules, shape ``(n,)``.
    """
    x, y = cheap - cheap.mean(), dear - dear.mean()
    spread = float(x @ x)
    if spread <= 0.0:
        return 1.0
    plain = float(x @ y) / spread
    noise = float(((y - plain * x) ** 2).sum()) / max(len(x) - 2, 1)
    prior = noise / SLOPE_SD**2
    return (float(x @ y) + prior) / (spread + prior)
