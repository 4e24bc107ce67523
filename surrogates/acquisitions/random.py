"""Chance, for comparison."""

from __future__ import annotations

from typing import Literal

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import choose
from surrogates.acquisitions.kit.criteria import Chance
from surrogates.acquisitions.kit.settings import Settings


class RandomAcquisition(Settings):
    """Picks at random from the whole pool, under the same similarity cap as the others."""

    kind: Literal["random"] = "random"

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        return choose(question, [Chance()], self.rules)
