"""Expected gains without exploration."""

from __future__ import annotations

from typing import Literal

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import choose
from surrogates.acquisitions.kit.criteria import ExpectedGain
from surrogates.acquisitions.kit.settings import SearchSettings


class GreedyAcquisition(SearchSettings):
    """The highest mean of the expected gains: a control that trusts the surrogate blindly."""

    kind: Literal["greedy"] = "greedy"

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        return choose(question, [ExpectedGain()], self.rules)
