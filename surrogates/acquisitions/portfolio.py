"""Several criteria sharing a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import Field

from loop.protocols import Question
from loop.records import Pick
from surrogates.acquisitions.kit.batch import Rules, choose
from surrogates.acquisitions.kit.criteria import Criterion, LogEHVI, ScalarisedUCB, Thompson
from surrogates.acquisitions.kit.settings import OptimistSettings

Turn = Literal["log_ehvi", "scalarised_ucb", "thompson"]


class PortfolioAcquisition(OptimistSettings):
    """Criteria take turns within a batch, so that no single one's failure fills it.

    Two log-EHVI picks to one upper confidence bound did as well as log-EHVI alone on QM9; equal shares with
    Thompson sampling did worse (measured with ``benchmarks/acquisitions.py``).
    """

    kind: Literal["portfolio"] = "portfolio"
    turns: tuple[Turn, ...] = Field(
        default=("log_ehvi", "log_ehvi", "scalarised_ucb"),
        min_length=1,
        description="criteria that take turns, repeated as the batch needs; the seed decides which is first",
    )
    draws: Literal[16, 32, 64, 128, 256] = Field(
        default=64, description="quasi-Monte Carlo draws of each candidate's gains in log-EHVI"
    )

    def choose(self, question: Question) -> list[Pick]:
        """Choose a batch; see :func:`surrogates.acquisitions.kit.batch.choose`."""
        makers: Mapping[Turn, Callable[[], Criterion]] = {
            "log_ehvi": lambda: LogEHVI(self.draws, self.beta),
            "scalarised_ucb": lambda: ScalarisedUCB(self.beta),
            "thompson": lambda: Thompson(question.batch),
        }
        return choose(
            question, [makers[turn]() for turn in self.turns], Rules(self.max_similarity, self.shortlist)
        )
