"""Figures for the model card, on raw output: no filter, known molecules and duplicates kept."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean as mean
from statistics import pstdev

import torch
from torch import Tensor

from generators.evaluation.accessibility import synthetic_accessibility
from generators.latent.neighbourhood import locate, step, write
from generators.latent.weights import Trained
from loop.molecule import Limits, Molecule

BATCH = 512


def reconstruction(trained: Trained, molecules: Sequence[Molecule]) -> float:
    """Share of molecules (without stereochemistry) whose posterior mean is written as the same molecule.

    A molecule that the vocabulary cannot spell counts as lost.
    """
    known = [molecule for molecule in molecules if trained.codec.knows(molecule)]
    same = 0
    for start in range(0, len(known), BATCH):
        part = known[start : start + BATCH]
        same += sum(m == r for m, r in zip(part, write(trained, locate(trained, part)), strict=True))
    return same / len(molecules)


def around(trained: Trained, anchors: Sequence[Molecule], radius: float, n: int, seed: int) -> Tensor:
    """Latent points around known molecules, as the generator draws them; shape ``(n, latent)``."""
    generator = torch.Generator().manual_seed(seed)
    points = locate(trained, anchors)
    return step(points[torch.randint(len(points), (n,), generator=generator)], radius, generator)


def drawn(trained: Trained, points: Tensor, known: set[Molecule], limits: Limits) -> dict[str, float]:
    """Describe what latent points decode to.

    Returns
    -------
    dict
        ``validity``: share that is a neutral closed-shell molecule; ``uniqueness``: share of these that is
        distinct; ``novelty``: share of the distinct ones not in ``known``; ``inside_limits``: distinct
        molecules inside the limits per point; ``heavy_atoms``, ``sa_mean``, ``sa_sd``: over the distinct.
    """
    batches = (points[start : start + BATCH] for start in range(0, len(points), BATCH))
    valid = [m for batch in batches for m in write(trained, batch) if m is not None]
    distinct = list(dict.fromkeys(valid))
    hardness = synthetic_accessibility(distinct)
    return {
        "validity": len(valid) / len(points),
        "uniqueness": len(distinct) / max(1, len(valid)),
        "novelty": sum(m not in known for m in distinct) / max(1, len(distinct)),
        "inside_limits": sum(limits.refusal(m) is None for m in distinct) / len(points),
        "heavy_atoms": mean([m.heavy_atoms for m in distinct] or [0]),
        "sa_mean": mean(hardness or [0]),
        "sa_sd": pstdev(hardness or [0]),
    }
