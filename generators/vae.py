"""Proposes molecules from a variational autoencoder: around the incumbents, between them, from its prior."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from generators.latent import GRAMMAR, RADIUS
from generators.latent.weights import checksum, load, shipped
from loop.molecule import Limits, Molecule
from loop.objective import FloatArray
from loop.protocols import Explored, Incumbent, Learned, Lesson
from loop.records import Candidate, digest


class VAE(BaseModel):
    """A molecular variational autoencoder; its proposals are neutral molecules, stereochemistry included.

    Where there are incumbents, points are drawn in a trust region around each, on the way from one to
    another, and from the prior N(0, I).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["vae"] = "vae"
    weights: str = Field(
        default="shipped",
        description="'shipped', or a folder with the files vae.safetensors and vae.json that "
        "`zincloop generator train` writes",
    )
    radius: float = Field(
        default=RADIUS,
        gt=0,
        description="mean L2 distance in the latent space between a proposal and its parent, at first: it "
        "grows to twice this where proposals did well, and shrinks to half; each proposal takes its own, "
        "between 50 and 150 %",
    )
    prior_share: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="share of the proposals drawn from the prior where there are incumbents",
    )
    between_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="share of the proposals drawn on the way from one incumbent to another",
    )

    wanted_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="of the prior's share, what is drawn towards the properties the campaign wants, once it "
        "has taught the network what it measured",
    )
    learn: bool = Field(
        default=True,
        description="whether the network is taught what the campaign measures: first 32 molecules, then each "
        "time there are half as many more, and kept only where it reads properties better and forgets little",
    )

    @property
    def learns(self) -> bool:
        """Whether it is set to."""
        return self.learn

    def version(self) -> str:
        """Content hash of weights, the way they are read, and settings.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        settings = self.model_dump(exclude={"weights", "learn"})
        return digest({**settings, "grammar": GRAMMAR, "checksum": checksum(self._folder())})

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:
        """Propose ``n`` molecules inside ``limits``, fewer if 25 latent points for each hold fewer.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        return self.explore([Incumbent(molecule) for molecule in incumbents], n, limits, seed).candidates

    def explore(self, incumbents: Sequence[Incumbent], n: int, limits: Limits, seed: int) -> Explored:
        """Propose as above, farther from molecules whose proposals did well and nearer to others.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        from generators.latent import proposals  # noqa: PLC0415 - a second of PyTorch, for those who propose

        shares = proposals.Shares(self.prior_share, self.between_share, self.wanted_share)
        return proposals.explore(load(self._folder()), incumbents, n, limits, seed, self.radius, shares)

    def learned(self, lesson: Lesson, seed: int, folder: Path) -> Learned:
        """Train on what was measured, the best most often, and on shipped compounds, for a minute at most.

        Raises
        ------
        WeightsError
            If the weights cannot be used.
        """
        from generators.latent import lessons  # noqa: PLC0415 - as above

        kept = lessons.learned(load(self._folder()), lesson, seed, folder)
        after = self.model_copy(update={"weights": str(kept.folder)}) if kept.better else self
        return Learned(after, kept.better, kept.account)

    def embed(self, molecules: Sequence[Molecule]) -> FloatArray:
        """Posterior means, shape ``(n, latent)``.

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
