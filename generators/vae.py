"""Proposes molecules from a variational autoencoder: around the incumbents and around known compounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from generators.corpus.admission import admit
from generators.corpus.entries import content_hash, corpus
from generators.corpus.shelf import shelf_of
from generators.latent.grammar import flat
from generators.latent.neighbourhood import RADIUS, invert, locate, step, write
from generators.latent.weights import Trained, in_double, load, shipped
from loop.molecule import Limits, Molecule
from loop.objective import FloatArray
from loop.records import Candidate, digest

BATCH = 512
ANCHORS = 1000
"""Most compounds of the corpus that stand for the prior in one call; fewer leave fewer known compounds among
the proposals, more leave them easier to make (novel 75 % and SA 3.2 at 400, 59 % and 3.0 at 1000)."""

PATIENCE = 12
"""Latent points tried per molecule asked for, before fewer are returned."""


class VAE(BaseModel):
    """A molecular variational autoencoder; its proposals are neutral and without stereochemistry.

    Where there are incumbents, points are drawn in a trust region around each. The prior is the aggregated
    posterior (Tomczak & Welling, 1705.07120) of the corpus compounds inside the limits: it stays where
    molecules are, which a Gaussian over the whole latent space does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["vae"] = "vae"
    weights: str = Field(
        default="shipped",
        description="'shipped', or a folder with the files vae.safetensors and vae.json that "
        "`python -m generators.latent.train` writes",
    )
    radius: float = Field(
        default=RADIUS,
        gt=0,
        description="mean L2 distance in the latent space between a proposal and its parent; each proposal "
        "takes its own, between 50 and 150 % of this",
    )
    prior_share: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="share of the proposals drawn from the prior where there are incumbents",
    )

    def version(self) -> str:
        """Content hash of weights, corpus and settings.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        settings = self.model_dump(exclude={"weights"})
        return digest({**settings, "checksum": self._trained().checksum, "corpus": content_hash(corpus())})

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:
        """Propose ``n`` molecules inside ``limits``, fewer if ``12 n`` latent points do not hold as many.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        trained = self._trained()
        taken = {*incumbents, *map(flat, incumbents)}
        parents = [molecule for molecule in incumbents if trained.codec.knows(molecule)]
        near = n - round(n * self.prior_share) if parents else 0
        found = admit(self._near(parents, trained, seed), near, limits, taken, PATIENCE * near)
        prior, far = self._prior(trained, n, limits, seed), n - len(found)
        return found + admit(prior, far, limits, taken, PATIENCE * far)

    def embed(self, molecules: Sequence[Molecule]) -> FloatArray:
        """Posterior means, shape ``(n, latent)``, without regard to stereochemistry.

        Rows are NaN for molecules that the vocabulary cannot spell. Worked out in float64 and rounded to
        float32, so that a point does not depend on the others it is asked with.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        trained = in_double(self._trained())
        points = np.full((len(molecules), trained.network.shape.latent), np.nan, dtype=np.float32)
        known = [i for i, molecule in enumerate(molecules) if trained.codec.knows(molecule)]
        for some in (known[k : k + BATCH] for k in range(0, len(known), BATCH)):
            points[some] = locate(trained, [molecules[i] for i in some]).float().numpy()
        return points.astype(np.float64)

    def _trained(self) -> Trained:
        return load(shipped() if self.weights == "shipped" else Path(self.weights).expanduser())

    def _near(self, parents: Sequence[Molecule], trained: Trained, seed: int) -> Iterator[Candidate | None]:
        points = invert(trained, parents)
        for index, molecule in _walk(trained, points, self.radius, seed):
            yield Candidate(molecule, "trust region", parents[index].smiles) if molecule else None

    def _prior(self, trained: Trained, n: int, limits: Limits, seed: int) -> Iterator[Candidate | None]:
        shelf = shelf_of(corpus(), limits)
        inside = (shelf.molecule(index) for index in shelf.draw(np.random.default_rng(seed)))
        anchors = [m for m in islice(inside, min(ANCHORS, 2 * n)) if m and trained.codec.knows(m)]
        points = locate(trained, anchors) if anchors else torch.zeros(1, trained.network.shape.latent)
        for _, molecule in _walk(trained, points, self.radius, seed + 1):
            yield Candidate(molecule, "prior") if molecule else None


def _walk(
    trained: Trained, points: Tensor, radius: float, seed: int
) -> Iterator[tuple[int, Molecule | None]]:
    """Yield molecules around randomly chosen points without end, each with the number of its point."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        chosen = torch.randint(len(points), (BATCH,), generator=generator)
        yield from zip(chosen.tolist(), write(trained, step(points[chosen], radius, generator)), strict=True)
