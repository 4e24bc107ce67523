"""What was drawn, before any filter and beside real molecules."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

import numpy as np

from generators.evaluation import moses
from generators.evaluation.accessibility import synthetic_accessibility
from generators.evaluation.shares import Share
from loop.molecule import Molecule


@dataclass(frozen=True)
class Drawn:
    """What some draws came to.

    Attributes
    ----------
    valid
        Draws that are a molecule: neutral, closed-shell, connected.
    unique
        Different molecules among the valid draws.
    novel
        Of the different ones, those that are not known.
    heavy_atoms
        Their mean number.
    sa_mean, sa_sd
        Synthetic accessibility of the different ones, 1 (easy) to 10 (hard).
    """

    valid: Share
    unique: Share
    novel: Share
    heavy_atoms: float
    sa_mean: float
    sa_sd: float


def described(draws: Sequence[Molecule | None], known: Container[Molecule]) -> Drawn:
    """Describe draws, ``None`` for one that made no molecule; nothing is filtered.

    Parameters
    ----------
    known
        What the generator was trained on, written as the draws are: canonical.
    """
    valid = [molecule for molecule in draws if molecule is not None]
    distinct = list(dict.fromkeys(valid))
    hardness = synthetic_accessibility(distinct)
    charged = sum(bool(molecule.charge) for molecule in valid)
    return Drawn(
        Share(len(valid) - charged, len(draws)),
        Share(len(distinct), len(valid)),
        Share(sum(molecule not in known for molecule in distinct), len(distinct)),
        fmean([molecule.heavy_atoms for molecule in distinct] or [float("nan")]),
        fmean(hardness or [float("nan")]),
        pstdev(hardness) if hardness else float("nan"),
    )


@dataclass(frozen=True)
class Beside:
    """A metric of what was drawn, and of real molecules that the generator has not seen either."""

    drawn: float
    ceiling: float

    @property
    def share(self) -> float:
        """Of the ceiling; NaN where that is nought."""
        return self.drawn / self.ceiling if self.ceiling else float("nan")


SAMPLES = 5
"""Of what was drawn, of which a metric is the mean."""

METRICS: dict[str, Callable[[Sequence[Molecule], Sequence[Molecule]], float]] = {
    "IntDiv": lambda some, _: moses.internal_diversity(some),
    "IntDiv2": lambda some, _: moses.internal_diversity(some, 2),
    "SNN": moses.nearest_similarity,
    "Frag": moses.fragment_similarity,
    "Scaf": moses.scaffold_similarity,
    "Scaf, one ring or more": lambda some, reference: moses.scaffold_similarity(some, reference, 1),
}
"""Higher is more like the reference, or more diverse."""


def compared(
    drawn: Sequence[Molecule], held_out: Sequence[Molecule], reference: Sequence[Molecule], seed: int = 0
) -> Mapping[str, Beside]:
    """MOSES metrics of both against the reference, each of as many molecules: a smaller set is more alike.

    Parameters
    ----------
    drawn
        Different molecules. Where there are more than held out, the metrics are means over samples of as many
        that share none: scaffolds of one sample of 1,000 differ from the next by a third.
    held_out
        Real ones that are not in the reference.
    reference
        What the generator was trained on.
    """
    size = min(len(drawn), len(held_out))
    rng = np.random.default_rng(seed)
    samples, (real, *_) = (_samples(molecules, size, rng) for molecules in (drawn, held_out))
    return {
        name: Beside(fmean(of(some, reference) for some in samples), of(real, reference))
        for name, of in METRICS.items()
    }


def _samples(molecules: Sequence[Molecule], size: int, rng: np.random.Generator) -> list[list[Molecule]]:
    """Of so many molecules each, none in two; at most :data:`SAMPLES`."""
    order = rng.permutation(len(molecules))
    count = min(SAMPLES, len(molecules) // size) if size else 1
    return [[molecules[k] for k in order[n * size : (n + 1) * size]] for n in range(count)]
