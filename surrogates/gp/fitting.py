"""From measurements to a Gaussian belief, in steps that are the same however a campaign got there.

Hyperparameters and standardisation come from the first measurements, up to a rung of a ladder. The others
are told in blocks of fixed size. A belief therefore depends on what is measured alone, to the last bit, and
each round finds the work of the rounds before.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from loop.objective import FloatArray
from loop.protocols import Evidence
from surrogates.gp import hyper
from surrogates.gp.belief import GaussianBelief
from surrogates.gp.hyper import Hyperparameters
from surrogates.gp.kernels import Kernel
from surrogates.gp.similarity import Molecules

RUNG = 1.2
"""Hyperparameters are fitted anew whenever there are so many times as many measurements."""

FIRST_RUNG = 10
"""Up to so many measurements they are fitted every time."""

MOST_FITTED = 400
"""Measurements the hyperparameters are fitted to at most, evenly spaced in the order they came."""

BLOCK = 8
"""Measurements told at once."""

Numbers = tuple[float, ...]


def fit(kernel: Kernel, evidence: Evidence) -> GaussianBelief:
    """Fit a Gaussian process to one property.

    All measurements are believed; hyperparameters and standardisation come from the first of them, up to the
    last rung of a ladder whose steps grow by ``RUNG``, so that most rounds of a campaign share a fit.

    Raises
    ------
    ValueError
        With fewer than two measurements, repeated molecules, lengths that do not agree, values that are
        not finite, or negative uncertainties.
    """
    _check(evidence)
    n = rung(len(evidence.molecules))
    values, uncertainties = evidence.values.tolist(), evidence.uncertainties.tolist()
    belief = _begun(kernel, evidence.molecules[:n], tuple(values[:n]), tuple(uncertainties[:n]))
    for k in range(n, len(values), BLOCK):
        part = slice(k, k + BLOCK)
        belief = _told(belief, evidence.molecules[part], tuple(values[part]), tuple(uncertainties[part]))
    return belief


def rung(n: int) -> int:
    """The highest rung of the ladder that ``n`` measurements reach."""
    reached = FIRST_RUNG
    if n <= reached:
        return n
    while math.ceil(reached * RUNG) <= n:
        reached = math.ceil(reached * RUNG)
    return reached


@lru_cache(maxsize=8)
def _begun(kernel: Kernel, molecules: Molecules, measured: Numbers, uncertain: Numbers) -> GaussianBelief:
    """The belief at a rung."""
    values, n = np.array(measured), len(molecules)
    offset, unit = float(values.mean()), float(values.std())
    if unit <= 1e-12 * max(1.0, abs(offset)):
        unit = 1.0  # constant values say nothing of their own spread
    standardised, known = (values - offset) / unit, (np.array(uncertain) / unit) ** 2
    some = np.unique(np.linspace(0, n - 1, min(n, MOST_FITTED)).astype(int))
    chosen = tuple(molecules[i] for i in some)
    theta = hyper.fit(kernel.among(chosen), kernel.priors, standardised[some], known[some])
    found = Hyperparameters(float(theta[0]), float(theta[1]), theta[2:])
    return GaussianBelief(kernel, found, offset, unit, molecules, standardised, known + found.noise)


def _told(
    belief: GaussianBelief, molecules: Molecules, measured: Numbers, uncertain: Numbers
) -> GaussianBelief:
    """The belief after some more; that after a whole block is kept by the one before."""
    key = (molecules, measured, uncertain)
    for known, after in belief.followed:
        if known == key:
            return after
    values: FloatArray = (np.array(measured) - belief.offset) / belief.unit
    variances = (np.array(uncertain) / belief.unit) ** 2 + belief.hyperparameters.noise
    after = belief.extended(molecules, values, variances)
    if len(molecules) == BLOCK:
        belief.followed[:] = [(key, after)]
    return after


def _check(evidence: Evidence) -> None:
    name, n = evidence.property.name, len(evidence.molecules)
    if n < 2:
        raise ValueError(f"{name} has {n} measurements; a surrogate needs at least 2")
    if len(set(evidence.molecules)) < n:
        raise ValueError(f"a molecule occurs twice among the measurements of {name}")
    if evidence.values.shape != (n,) or evidence.uncertainties.shape != (n,):
        raise ValueError(f"{name}: {n} molecules need as many values and uncertainties")
    if not np.isfinite(evidence.values).all():
        raise ValueError(f"a measurement of {name} is not a finite number")
    if not (np.isfinite(evidence.uncertainties).all() and (evidence.uncertainties >= 0).all()):
        raise ValueError(f"an uncertainty of {name} is negative or not finite")
