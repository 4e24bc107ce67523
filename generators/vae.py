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

from generators.corpus.entries import corpus
from generators.corpus.shelf import shelf_of
from generators.latent.neighbourhood import RADIUS, invert, locate, step, write
from generators.latent.weights import Trained, load, shipped
from loop.molecule import Limits, Molecule
from loop.records import Candidate, digest

BATCH = 512
ANCHORS = 400
"""Compounds of the corpus that stand for the prior in one call."""

PATIENCE = 12
"""Latent points tried per molecule asked for, before fewer are returned."""


class VAE(BaseModel):
    """A molecular variational autoencoder over SELFIES; its proposals are neutral and without stereochemistry.

    Where there are incumbents, points are drawn in a trust region around each. The prior is the aggregated
    posterior (Tomczak & Welling, 1705.07120) of the corpus compounds inside the limits: it stays where
    molecules are, which a Gaussian over the whole latent space does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["vae"] = "vae"
    weights: str = Field(
        default="shipped",
        description="'shipped', or a folder with vae.safetensors and vae.json as written by generators.latent.train",
    )
    radius: float = Field(
        default=RADIUS,
        gt=0,
        description="L2 distance in the latent space that a proposal lies from its parent; each one takes its own, "
        "between 50 and 150 % of this",
    )
    prior_share: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="share of the proposals drawn from the prior where there are incumbents",
    )

    def version(self) -> str:
        """Content hash of weights and settings.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        return digest({**self.model_dump(exclude={"weights"}), "checksum": self._trained().checksum})

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:
        """Propose ``n`` molecules inside ``limits``, fewer if ``12 n`` latent points do not hold as many.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        trained = self._trained()
        taken = set(incumbents)
        parents = [molecule for molecule in incumbents if trained.codec.knows(molecule)]
        near = n - round(n * self.prior_share) if parents else 0
        found = _admit(islice(self._near(parents, trained, seed), PATIENCE * near), near, limits, taken)
        rest = n - len(found)
        return found + _admit(
            islice(self._prior(trained, limits, seed), PATIENCE * rest), rest, limits, taken
        )

    def _trained(self) -> Trained:
        return load(shipped() if self.weights == "shipped" else Path(self.weights).expanduser())

    def _near(self, parents: Sequence[Molecule], trained: Trained, seed: int) -> Iterator[Candidate | None]:
        points = invert(trained, parents)
        for index, molecule in _walk(trained, points, self.radius, seed):
            yield Candidate(molecule, "trust region", parents[index].smiles) if molecule else None

    def _prior(self, trained: Trained, limits: Limits, seed: int) -> Iterator[Candidate | None]:
        shelf = shelf_of(corpus(), limits)
        inside = (shelf.molecule(index) for index in shelf.draw(np.random.default_rng(seed)))
        anchors = [m for m in islice(inside, ANCHORS) if m and trained.codec.knows(m)]
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


def _admit(
    stream: Iterator[Candidate | None], n: int, limits: Limits, taken: set[Molecule]
) -> list[Candidate]:
    """Take the first ``n`` candidates inside the limits that were not taken before."""
    found: list[Candidate] = []
    for candidate in stream:
        if candidate is None or candidate.molecule in taken:
            continue
        taken.add(candidate.molecule)
        if limits.refusal(candidate.molecule) is None:
            found.append(candidate)
        if len(found) == n:
            break
    return found
