"""Expected hypervolume improvement."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import Rules, choose
from surrogates.acquisitions.kit.criteria import LogEHVI
from surrogates.acquisitions.kit.settings import OptimistSettings


class LogEHVIAcquisition(OptimistSettings):
    """The candidate expected to add most hypervolume, then the next once that one is believed."""

    kind: Literal["log_ehvi"] = "log_ehvi"
    draws: Literal[16, 32, 64, 128, 256] = Field(
        default=64, description="quasi-Monte Carlo draws of each candidate's gains"
    )

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        return choose(question, [LogEHVI(self.draws, self.beta)], Rules(self.max_similarity, self.shortlist))
