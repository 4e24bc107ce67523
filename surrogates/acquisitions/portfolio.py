"""Several criteria sharing a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import Field

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import choose
from surrogates.acquisitions.kit.criteria import Criterion, ParetoMembership, ScalarisedUCB, Thompson
from surrogates.acquisitions.kit.improvement import HVProbability, LogEHVI
from surrogates.acquisitions.kit.parego import LogNParEGO
from surrogates.acquisitions.kit.settings import ImproverSettings

BETA = 0.5
"""Optimism of the scalarised upper confidence bound, where it has a turn."""

Turn = Literal["hv_probability", "log_ehvi", "log_nparego", "pareto_membership", "scalarised_ucb", "thompson"]


class PortfolioAcquisition(ImproverSettings):
    """Criteria take turns within a batch, so that no single one's failure fills it.

    One pick that adds most hypervolume, one that most likely belongs to the front: on QM9 as much hypervolume
    as log-EHVI alone, and more of the front found (measured with ``benchmarks/efficiency.py``). While little
    is measured the front is far from its final place, and only the first criterion is asked.
    """

    kind: Literal["portfolio"] = "portfolio"
    turns: tuple[Turn, ...] = Field(
        default=("log_ehvi", "pareto_membership"),
        min_length=1,
        description="criteria that take turns, repeated as the batch needs; the seed decides which is first",
    )
    warm_up: int = Field(
        default=60,
        ge=0,
        description="molecules to be measured before any criterion but the first of the turns is asked",
    )

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        makers: Mapping[Turn, Callable[[], Criterion]] = {
            "hv_probability": lambda: HVProbability(self.exploration),
            "log_ehvi": lambda: LogEHVI(self.exploration),
            "log_nparego": lambda: LogNParEGO(self.exploration),
            "pareto_membership": ParetoMembership,
            "scalarised_ucb": lambda: ScalarisedUCB(BETA),
            "thompson": lambda: Thompson(question.batch),
        }
        # One of each sort, however many turns it has: some remember their last slot.
        turns = self.turns if len(question.measured) >= self.warm_up else self.turns[:1]
        criteria = {turn: makers[turn]() for turn in dict.fromkeys(turns)}
        return choose(question, [criteria[turn] for turn in turns], self.rules)
