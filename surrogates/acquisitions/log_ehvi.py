"""Expected hypervolume improvement."""

from __future__ import annotations

from typing import Literal

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import choose
from surrogates.acquisitions.kit.improvement import LogEHVI
from surrogates.acquisitions.kit.settings import ImproverSettings


class LogEHVIAcquisition(ImproverSettings):
    """The candidate expected to add most hypervolume, then the next once that one is believed."""

    kind: Literal["log_ehvi"] = "log_ehvi"

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        return choose(question, [LogEHVI(self.exploration)], self.rules)
