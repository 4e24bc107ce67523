"""Train the autoencoder: ``python -m generators.latent.train --out DIR --seed 0``.

Writes ``vae.safetensors``, ``vae.json`` and the model card ``vae.md``. With the defaults this is the command
behind the shipped weights, run on one thread; another machine's arithmetic may differ in the last digits.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress

from generators.corpus.entries import content_hash, corpus
from generators.latent.card import card
from generators.latent.codec import Codec
from generators.latent.evaluate import around, drawn, reconstruction, synthetic_accessibility
from generators.latent.fit import Epoch, Fitted, Recipe, fit
from generators.latent.grammar import flat
from generators.latent.weights import Trained, load, save
from loop.molecule import Limits, Molecule, parse

MERGES = 250
HELD_OUT = 1000
MAX_HEAVY_ATOMS = 20
DRAWS = 10_000
CARD = "vae.md"


def molecules() -> list[Molecule]:
    """The corpus and the known additives: neutral, at most 20 heavy atoms, stereochemistry dropped."""
    every = dict.fromkeys(flat(parse(entry.smiles)) for entry in corpus())
    return [m for m in every if not m.charge and m.heavy_atoms <= MAX_HEAVY_ATOMS]


def split(everything: Sequence[Molecule], held_out: int, seed: int) -> tuple[list[Molecule], list[Molecule]]:
    """Shuffle, then set the first ``held_out`` molecules aside; returns training and held-out molecules."""
    order = np.random.default_rng(seed).permutation(len(everything))
    shuffled = [everything[i] for i in order]
    return shuffled[held_out:], shuffled[:held_out]


def measure(
    trained: Trained, training: Sequence[Molecule], held_out: Sequence[Molecule], radius: float
) -> dict[str, Any]:
    """Figures of the model card."""
    limits, known = Limits(), set(training)
    gauss = torch.randn((DRAWS, trained.network.shape.latent), generator=torch.Generator().manual_seed(0))
    anchors = [m for m in training[:2000] if limits.refusal(m) is None]
    real = synthetic_accessibility(held_out)
    return {
        "reconstruction_training": reconstruction(trained, training),
        "reconstruction_held_out": reconstruction(trained, held_out),
        "gaussian_prior": drawn(trained, gauss, known, limits),
        "proposal_prior": drawn(trained, around(trained, anchors, radius, DRAWS, seed=0), known, limits),
        "held_out": {"sa_mean": float(np.mean(real)), "sa_sd": float(np.std(real))},
    }


def train(codec: Codec, training: Sequence[Molecule], recipe: Recipe, seed: int, console: Console) -> Fitted:
    """Fit with a progress bar on a terminal and in silence elsewhere."""
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("training", total=recipe.epochs)

        def report(epoch: Epoch) -> None:
            figures = f"{epoch.cross_entropy:.3f} nats/token, KL {epoch.divergence:.1f}"
            progress.update(task, advance=1, description=f"epoch {epoch.number}: {figures}")

        return fit(codec, training, recipe, seed, report)
