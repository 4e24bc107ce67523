"""Judge an autoencoder on molecules of its own corpus, or on a user's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generators.corpus.gathering import Gathered, Sieve, gather
from generators.corpus.sources import source
from generators.latent.evaluate import Figures, beliefs, by_radius, judge, reconstruction
from generators.latent.measure import judgeable
from generators.latent.training import Watcher, table
from generators.latent.weights import Trained
from loop.molecule import Limits
from loop.protocols import PartError

LEAST = 40
"""Molecules below which the metrics of a set mean nothing."""

NEAR = 100


class TooFewError(PartError):
    """Too few molecules to judge on."""


@dataclass(frozen=True)
class Evaluation:
    """Figures, and what they were taken on."""

    gathered: Gathered
    figures: Figures


def evaluate(
    trained: Trained,
    on: Sequence[str],
    limits: Limits,
    watcher: Watcher,
    *,
    draws: int,
    shapes: int,
    seed: int,
) -> Evaluation:
    """Judge on sources or files.

    Every other molecule is taken for held out, the rest for the reference: draws are as good as real
    molecules where both are as like the reference.

    Raises
    ------
    TooFewError
        If fewer than :data:`LEAST` molecules are left of the files.
    """
    watcher.begin("reading", None)
    gathered = gather(
        [source(name) for name in on],
        Sieve(max_heavy_atoms=limits.max_heavy_atoms),
        report=lambda _, read: watcher.advance(read),
    )
    for name, counts in gathered.counts.items():
        watcher.tell(f"{name}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    for line in gathered.bad:
        watcher.tell(line)
    molecules = gathered.molecules
    if len(molecules) < LEAST:
        raise TooFewError(
            f"{len(molecules)} different molecules are left of {', '.join(on)}; figures of a set need {LEAST}"
            "; 'zincloop generator invert' tells of each of a few whether it comes back"
        )
    watcher.begin("reconstruction", None)
    found = {"all of these": reconstruction(trained, molecules)}
    for molecule in found["all of these"].unspelled:
        watcher.tell(f"not in the vocabulary of these weights: {molecule}")
    shapes = judgeable(shapes, watcher)
    watcher.begin("draws", shapes)
    labels = {compound.molecule: compound.labels for compound in gathered.compounds}
    return Evaluation(
        gathered,
        Figures(
            found,
            judge(
                trained,
                molecules,
                molecules[::2],
                molecules[1::2],
                limits,
                draws=draws,
                shapes=shapes,
                seed=seed,
                report=watcher.advance,
            ),
            beliefs(trained, molecules, table(molecules, trained.network.shape.properties, labels)),
            by_radius(trained, molecules[:NEAR]),
        ),
    )
