"""Random forest on molecular descriptors."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loop.protocols import Belief, Evidence
from surrogates.forest.growing import Recipe, grow


class RandomForest(BaseModel):
    """Random forest (Breiman, 10.1023/A:1010933404324) whose trees span the belief.

    Trees that disagree are doubt, and trees that move together carry what is told of one molecule to
    others; what they all miss is an independent residual. Both are scaled by out-of-bag predictions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["random_forest"] = "random_forest"
    trees: int = Field(default=200, ge=50, le=5000, description="number of trees")
    max_features: float = Field(
        default=0.5, gt=0, le=1, description="share of the features that each split chooses from"
    )
    min_leaf: int = Field(default=1, ge=1, description="fewest measurements in a leaf")
    environments: int = Field(
        default=0,
        ge=0,
        le=4096,
        description="columns that counted Morgan environments are folded into, beside the descriptors; they "
        "did not pay on QM9 and on boiling points",
    )

    def fit(self, evidence: Evidence, seed: int) -> Belief:
        """Fit to at least two measurements; see :func:`surrogates.forest.growing.grow`."""
        return grow(Recipe(self.trees, self.max_features, self.min_leaf, self.environments), evidence, seed)
