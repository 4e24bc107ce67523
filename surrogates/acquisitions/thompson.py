"""Thompson sampling with Chebyshev weights."""

from __future__ import annotations

from typing import Literal

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import choose
from surrogates.acquisitions.kit.criteria import Thompson
from surrogates.acquisitions.kit.settings import SearchSettings


class ThompsonAcquisition(SearchSettings):
    """The best candidate in one joint draw of the beliefs for each pick, under random Chebyshev weights."""

    kind: Literal["thompson"] = "thompson"

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        return choose(question, [Thompson(question.batch)], self.rules)
