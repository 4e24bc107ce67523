"""Controls that are no parts of a campaign: a surrogate that stops learning, and no surrogate at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from loop.molecule import Molecule
from loop.protocols import Belief, Evidence, Question, Surrogate
from loop.records import Pick


@dataclass(frozen=True)
class TrainedOnce:
    """Learns from the first measurements only, to show what learning on the way brings."""

    base: Surrogate
    first: int

    @property
    def kind(self) -> str:
        """Name for the records."""
        return f"{self.base.kind}, trained once"

    def fit(self, evidence: Evidence, seed: int) -> Belief:
        """Fit to the first measurements, the order being that in which they came."""
        n = self.first
        return self.base.fit(
            Evidence(
                evidence.property, evidence.molecules[:n], evidence.values[:n], evidence.uncertainties[:n]
            ),
            seed,
        )


@dataclass(frozen=True)
class Sorted:
    """Takes molecules in the order of a column, to show what a free descriptor alone brings."""

    column: str
    rank: Mapping[Molecule, float]

    @property
    def kind(self) -> str:
        """Name for the records."""
        return f"sorted by {self.column}"

    def choose(self, question: Question) -> list[Pick]:
        """Choose the candidates with the smallest rank."""
        ranks = np.array([self.rank[c.molecule] for c in question.pool])
        order = np.argsort(ranks, kind="stable")[: question.batch]
        return [Pick(question.pool[i], f"next by {self.column}", float(-ranks[i])) for i in order]


class Unread:
    """A belief nobody reads."""

    diagnostics: Mapping[str, float] = {}


@dataclass(frozen=True)
class NoSurrogate:
    """Stands where an acquisition looks at no belief."""

    kind: str = "none"

    def fit(self, evidence: Evidence, seed: int) -> Belief:  # noqa: ARG002 - a Surrogate
        """Learn nothing."""
        return Unread()  # type: ignore[return-value]
