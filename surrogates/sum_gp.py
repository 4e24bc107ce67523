"""Gaussian process on counted environments and descriptors together."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from loop.protocols import Belief, Evidence
from surrogates.gp.fitting import fit
from surrogates.gp.kernels import SumKernel


class SumGP(BaseModel):
    """Min-max kernel on Morgan counts plus Matern 5/2 kernel on descriptors, in fitted shares.

    The default: over QM9's orbital energies and dipole it has the lowest mean held-out negative
    log-likelihood, at 100 and at 300 measurements, by far against the min-max kernel alone and a little
    against the descriptors alone (measured with ``benchmarks/surrogates.py``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["sum_gp"] = "sum_gp"

    def fit(self, evidence: Evidence, seed: int) -> Belief:  # noqa: ARG002 - nothing is left to chance
        """Fit to at least two measurements; see :func:`surrogates.gp.fitting.fit`."""
        return fit(SumKernel(), evidence)
