"""Proposes molecules from a variational autoencoder: around the incumbents and around known compounds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from generators.corpus.entries import content_hash, corpus
from generators.latent import GRAMMAR, RADIUS
from generators.latent.weights import checksum, load, shipped
from loop.molecule import Limits, Molecule
from loop.objective import FloatArray
from loop.records import Candidate, digest


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
        """Content hash of weights, the way they are read, corpus and settings.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        settings = self.model_dump(exclude={"weights"})
        depends = {"grammar": GRAMMAR, "checksum": checksum(self._folder()), "corpus": content_hash(corpus())}
        return digest({**settings, **depends})

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:
        """Propose ``n`` molecules inside ``limits``, fewer if ``12 n`` latent points do not hold as many.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        from generators.latent import proposals  # noqa: PLC0415 - a second of PyTorch, for those who propose

        trained = load(self._folder())
        return proposals.propose(trained, incumbents, n, limits, seed, self.radius, self.prior_share)

    def embed(self, molecules: Sequence[Molecule]) -> FloatArray:
        """Posterior means, shape ``(n, latent)``, without regard to stereochemistry.

        Rows are NaN for molecules that the vocabulary cannot spell. Worked out in float64 and rounded to
        float32, so that a point does not depend on the others it is asked with.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        from generators.latent import proposals  # noqa: PLC0415 - as above

        return proposals.embed(load(self._folder()), molecules)

    def _folder(self) -> Path:
        return shipped() if self.weights == "shipped" else Path(self.weights).expanduser()
