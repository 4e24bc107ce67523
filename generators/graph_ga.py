"""Proposes offspring of the incumbents: crossover and mutation of molecular graphs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from itertools import islice
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from generators.corpus.admission import admit
from generators.corpus.entries import content_hash, corpus
from generators.corpus.shelf import shelf_of
from generators.genetic.breeding import MUTATION_RATE, offspring
from loop.molecule import Limits, Molecule
from loop.records import Candidate, digest

FOUNDERS = 1000
"""Most compounds of the corpus that immigrants descend from in one call."""

PATIENCE = 4
"""Children of the incumbents made per molecule asked for, before immigrants take the rest. Twelve incumbents
have 800 to 1,500 distinct children inside the limits among the first 10,000 made, at 1 CPU-ms each."""

IMMIGRANTS = 12
"""Children of the corpus made per molecule asked for, before fewer are returned."""

FEWEST = 200
"""Children made however few are asked for."""


class GraphGA(BaseModel):
    """A graph genetic algorithm (Jensen, 10.1039/C8SC05372C), one generation a call.

    The population is the incumbents, the better ones more often, and the offspring are proposed once as they
    are: choosing among them is left to the acquisition. Where the incumbents have no more distinct children,
    immigrants take the rest (random immigrants after Grefenstette, 1992): offspring of compounds of the
    corpus inside the limits, which is all there is while there are no incumbents.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["graph_ga"] = "graph_ga"
    mutation_rate: float = Field(
        default=MUTATION_RATE,
        ge=0,
        le=1,
        description="share of the children of a crossover that are mutated as well",
    )
    immigrant_share: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="share of the proposals that descend from compounds of the corpus where there are "
        "incumbents",
    )

    def version(self) -> str:
        """Content hash of settings, corpus and the version of the operators."""
        return digest({**self.model_dump(), "mol-ga": version("mol-ga"), "corpus": content_hash(corpus())})

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:
        """Propose ``n`` molecules inside ``limits``, fewer if ``16 n`` children hold fewer."""
        taken = set(incumbents)
        near = n - round(n * self.immigrant_share) if incumbents else 0
        found = admit(self._children(incumbents, seed), near, limits, taken, max(PATIENCE * near, FEWEST))
        far = n - len(found)
        immigrants = self._immigrants(far, limits, seed)
        return found + admit(immigrants, far, limits, taken, max(IMMIGRANTS * far, FEWEST))

    def _children(self, incumbents: Sequence[Molecule], seed: int) -> Iterator[Candidate | None]:
        for born in offspring(incumbents, seed, self.mutation_rate):
            yield Candidate(born[0], "offspring", born[1].smiles) if born else None

    def _immigrants(self, n: int, limits: Limits, seed: int) -> Iterator[Candidate | None]:
        shelf = shelf_of(corpus(), limits)
        drawn = islice(shelf.draw(np.random.default_rng(seed)), min(FOUNDERS, FEWEST + n))
        founders = [m for m in map(shelf.molecule, drawn) if m]
        for born in offspring(founders, seed + 1, self.mutation_rate):
            yield Candidate(born[0], "immigrant") if born else None
