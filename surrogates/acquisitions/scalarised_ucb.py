"""Upper confidence bounds under random weights."""

from __future__ import annotations

from typing import Literal

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import choose
from surrogates.acquisitions.kit.criteria import ScalarisedUCB
from surrogates.acquisitions.kit.settings import OptimistSettings


class ScalarisedUCBAcquisition(OptimistSettings):
    """The highest upper confidence bound of the gains, each pick under a random weighting of its own."""

    kind: Literal["scalarised_ucb"] = "scalarised_ucb"

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        return choose(question, [ScalarisedUCB(self.beta)], self.rules)
