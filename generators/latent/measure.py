"""Every figure of a trained autoencoder that its card gives."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from generators.latent.evaluate import DRAWS, SHAPES, Figures, beliefs, by_radius, judge, reconstruction
from generators.latent.training import Data, Plan, Watcher, table
from generators.latent.weights import Trained
from loop.molecule import Limits

MOST = 5000
"""Training molecules, drawn at random, that are reconstructed; all would take minutes for one more digit."""

NEAR = 100
"""Molecules held out from which steps are made."""


def judgeable(shapes: int, watcher: Watcher) -> int:
    """So many shapes, or none where the package that judges them is not installed."""
    if shapes and find_spec("posebusters") is None:
        watcher.tell("shapes are not judged: pip install 'zincloop[evaluation]' for that")
        return 0
    return shapes


def measure(
    trained: Trained, plan: Plan, data: Data, watcher: Watcher, *, draws: int = DRAWS, shapes: int = SHAPES
) -> Figures:
    """Measure, with what was held out of the training.

    Parameters
    ----------
    draws
        Raw draws from the prior.
    shapes
        How many of them PoseBusters judges; none where the package is not installed.
    """
    shapes = judgeable(shapes, watcher)
    parts = data.split
    order = np.random.default_rng(plan.seed).permutation(len(parts.training))[:MOST]
    watcher.begin("reconstruction", None)
    found = {
        "learned": reconstruction(trained, [parts.training[k] for k in order]),
        "held out at random": reconstruction(trained, parts.random),
        "held out with their scaffolds": reconstruction(trained, parts.scaffold),
    }
    judged = data.judged or parts.random
    watcher.begin("draws", shapes)
    return Figures(
        found,
        judge(
            trained,
            data.learned,
            parts.random,
            parts.training,
            Limits(max_heavy_atoms=plan.max_heavy_atoms),
            draws=draws,
            shapes=shapes,
            seed=plan.seed,
            report=watcher.advance,
        ),
        beliefs(trained, judged, table(judged, trained.network.shape.properties, data.labels)),
        by_radius(trained, parts.random[:NEAR]),
    )
