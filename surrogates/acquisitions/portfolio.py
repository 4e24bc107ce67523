"""Several criteria sharing a batch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import Rules, choose
from surrogates.acquisitions.kit.criteria import Criterion, LogEHVI, ScalarisedUCB, Thompson
from surrogates.acquisitions.kit.settings import OptimistSettings


class PortfolioAcquisition(OptimistSettings):
    """Log-EHVI, scalarised upper confidence bounds and Thompson-Chebyshev take turns within a batch.

    No single criterion was best on every problem tried, and their failures differ.
    """

    kind: Literal["portfolio"] = "portfolio"
    draws: Literal[16, 32, 64, 128, 256] = Field(
        default=64, description="quasi-Monte Carlo draws of each candidate's gains in log-EHVI"
    )

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        criteria: list[Criterion] = [
            LogEHVI(self.draws, self.beta),
            ScalarisedUCB(self.beta),
            Thompson(question.batch),
        ]
        return choose(question, criteria, Rules(self.max_similarity, self.shortlist, self.beta))
