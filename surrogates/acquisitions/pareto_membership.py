"""Probability of belonging to the Pareto set."""

from __future__ import annotations

from typing import Literal

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import choose
from surrogates.acquisitions.kit.criteria import ParetoMembership
from surrogates.acquisitions.kit.settings import SearchSettings


class ParetoMembershipAcquisition(SearchSettings):
    """The candidates most often in the Pareto set when values are drawn from the beliefs."""

    kind: Literal["pareto_membership"] = "pareto_membership"

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        return choose(question, [ParetoMembership()], self.rules)
