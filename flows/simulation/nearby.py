"""A part of the table at a time, as a generator would propose it, and not all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loop.labels import Labels
from loop.molecule import Limits, Molecule, similarities
from loop.records import Candidate, digest


@dataclass(frozen=True, eq=False)
class Nearby:
    """A generator that proposes the labelled molecules nearest to the incumbents, and some at random.

    Attributes
    ----------
    labels
        What there is to propose.
    random_share
        Share of the proposals that are drawn at random, as a generator's prior would be.
    """

    labels: Labels
    random_share: float

    @property
    def kind(self) -> str:
        """Name for the records."""
        return "nearby labels"

    def version(self) -> str:
        """Content hash of table and setting."""
        return digest({"labels": self.labels.digest, "random_share": self.random_share})

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:  # noqa: ARG002 - the pool is what is labelled
        """Propose ``n`` molecules; without incumbents all of them, so that every scenario begins alike.

        The nearest (Tanimoto on Morgan bits) name the incumbent they are closest to as their parent; among
        equals chance decides. The generator does not know what was measured, as a real one does not.
        """
        molecules = self.labels.molecules
        if not incumbents:
            return [Candidate(m, "labelled") for m in molecules]
        to_each = np.stack([similarities(incumbent, molecules) for incumbent in incumbents])
        closest, known = to_each.argmax(axis=0), set(incumbents)
        drawn = [
            i for i in np.random.default_rng(seed).permutation(len(molecules)) if molecules[i] not in known
        ]
        near = sorted(drawn, key=lambda i: -to_each[closest[i], i])[: n - round(n * self.random_share)]
        taken = set(near)
        rest = [i for i in drawn if i not in taken][: n - len(near)]
        return [
            *(Candidate(molecules[i], "nearby", incumbents[closest[i]].smiles) for i in near),
            *(Candidate(molecules[i], "labelled") for i in rest),
        ]
