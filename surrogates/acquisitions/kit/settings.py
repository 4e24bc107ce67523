"""Settings that acquisitions share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Settings that every acquisition has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_similarity: float = Field(
        default=0.85,
        gt=0.0,
        le=1.0,
        description="largest Tanimoto similarity (Morgan bits, radius 2) of a pick to another pick of the "
        "batch and to any molecule asked before",
    )


class SearchSettings(Settings):
    """Settings of the acquisitions that search a shortlist."""

    shortlist: int = Field(
        default=1500,
        ge=50,
        description="candidates looked at closely, chosen from the pool under many weightings of the gains",
    )


class OptimistSettings(SearchSettings):
    """Settings of the acquisitions that are optimistic where they doubt."""

    beta: float = Field(
        default=0.5,
        ge=0.0,
        description="standard deviations of the gains added to the expected gains",
    )
