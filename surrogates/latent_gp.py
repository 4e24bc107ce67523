"""Gaussian process on the latent points of the campaign's generator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from loop.protocols import Belief, Embedding, Evidence
from surrogates.gp.embedded import EmbeddedKernel
from surrogates.gp.fitting import fit


class LatentGP(BaseModel):
    """Matern 5/2 kernel, one length scale, on where a generator's latent space places a molecule.

    The generator is one of the campaign's; a molecule that its vocabulary cannot spell resembles no other,
    and is believed to be like the mean, with all the doubt of the prior.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["latent_gp"] = "latent_gp"

    @property
    def needs_embedding(self) -> bool:
        """See :class:`loop.protocols.NeedsEmbedding`."""
        return True

    def over(self, embedding: Embedding) -> LatentSurrogate:
        """The surrogate on this latent space."""
        return LatentSurrogate(EmbeddedKernel.on(embedding))


@dataclass(frozen=True)
class LatentSurrogate:
    """:class:`LatentGP` with its latent space; fulfils ``loop.protocols.Surrogate``."""

    kernel: EmbeddedKernel
    kind: str = "latent_gp"

    def fit(self, evidence: Evidence, seed: int) -> Belief:  # noqa: ARG002 - nothing is left to chance
        """Fit to at least two measurements; see :func:`surrogates.gp.fitting.fit`."""
        return fit(self.kernel, evidence)
