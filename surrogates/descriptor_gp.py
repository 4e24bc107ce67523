"""Gaussian process on molecular descriptors."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from loop.protocols import Belief, Evidence
from surrogates.gp.fitting import fit
from surrogates.gp.kernels import MaternKernel


class DescriptorGP(BaseModel):
    """Matern 5/2 kernel on standardised descriptors (functional groups, size, polarity, charge)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["descriptor_gp"] = "descriptor_gp"

    def fit(self, evidence: Evidence, seed: int) -> Belief:  # noqa: ARG002 - nothing is left to chance
        """Fit to at least two measurements; see :func:`surrogates.gp.fitting.fit`."""
        return fit(MaternKernel(), evidence)
