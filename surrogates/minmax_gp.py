"""Gaussian process on counted molecular environments."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from loop.protocols import Belief, Evidence
from surrogates.gp.fitting import fit
from surrogates.gp.kernels import MinMaxKernel


class MinMaxGP(BaseModel):
    """Min-max kernel on Morgan counts (Ralaivola et al., 10.1016/j.neunet.2005.07.009).

    Two molecules resemble each other as far as they share counted atom environments. Two hyperparameters
    only, signal and noise, so that twenty measurements are enough to fit them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["minmax_gp"] = "minmax_gp"

    def fit(self, evidence: Evidence, seed: int) -> Belief:  # noqa: ARG002 - nothing is left to chance
        """Fit to at least two measurements; see :func:`surrogates.gp.fitting.fit`."""
        return fit(MinMaxKernel(), evidence)
