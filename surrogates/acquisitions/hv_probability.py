"""Probability of hypervolume improvement."""

from __future__ import annotations

from typing import Literal

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import choose
from surrogates.acquisitions.kit.improvement import HVProbability
from surrogates.acquisitions.kit.settings import ImproverSettings


class HVProbabilityAcquisition(ImproverSettings):
    """The candidate most likely to add any hypervolume, then the next once that one is believed."""

    kind: Literal["hv_probability"] = "hv_probability"

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        return choose(question, [HVProbability(self.exploration)], self.rules)
