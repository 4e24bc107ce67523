"""Expected improvement under random weights."""

from __future__ import annotations

from typing import Literal

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import choose
from surrogates.acquisitions.kit.parego import LogNParEGO
from surrogates.acquisitions.kit.settings import ImproverSettings


class LogNParEGOAcquisition(ImproverSettings):
    """The candidate expected to improve most on the best, each pick under a random weighting of its own."""

    kind: Literal["log_nparego"] = "log_nparego"

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        return choose(question, [LogNParEGO(self.exploration)], self.rules)
