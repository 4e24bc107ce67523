"""Train the autoencoder: ``python -m generators.latent.train --out DIR --seed 0``.

Writes ``vae.safetensors``, ``vae.json`` and the model card ``vae.md``. With the defaults this is the command
behind the shipped weights, run on one thread; another machine's arithmetic may differ in the last digits.
"""

from __future__ import annotations

import argparse
import platform
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
from generators.evaluation.accessibility import synthetic_accessibility
from generators.latent import RADIUS
from generators.latent.card import card
from generators.latent.codec import Codec
from generators.latent.evaluate import around, drawn, reconstruction
from generators.latent.fit import Epoch, Fitted, Recipe, fit
from generators.latent.grammar import flat
from generators.latent.weights import Trained, load, save
from loop.molecule import Limits, Molecule, parse

MERGES = 250
HELD_OUT = 1000
MAX_HEAVY_ATOMS = 20
DRAWS = 10_000
ANCHORS = 1000
CARD = "vae.md"
PACKAGES = ("torch", "rdkit", "selfies", "numpy", "safetensors")


def molecules() -> list[Molecule]:
    """The corpus and the known additives: neutral, at most 20 heavy atoms, stereochemistry dropped."""
    every = dict.fromkeys(flat(parse(entry.smiles)) for entry in corpus())
    return [m for m in every if not m.charge and m.heavy_atoms <= MAX_HEAVY_ATOMS]


def split(everything: Sequence[Molecule], held_out: int, seed: int) -> tuple[list[Molecule], list[Molecule]]:
    """Shuffle, then set the first ``held_out`` molecules aside; returns training and held-out molecules."""
    order = np.random.default_rng(seed).permutation(len(everything))
    shuffled = [everything[i] for i in order]
    return shuffled[held_out:], shuffled[:held_out]


def train(codec: Codec, training: Sequence[Molecule], recipe: Recipe, seed: int, console: Console) -> Fitted:
    """Fit with a progress bar on a terminal and in silence elsewhere."""
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("training", total=recipe.epochs)

        def report(epoch: Epoch) -> None:
            figures = f"{epoch.cross_entropy:.3f} nats/token, KL {epoch.divergence:.1f}"
            progress.update(task, advance=1, description=f"epoch {epoch.number}: {figures}")

        return fit(codec, training, recipe, seed, report)


def measure(trained: Trained, training: Sequence[Molecule], held_out: Sequence[Molecule]) -> dict[str, Any]:
    """Figures of the model card."""
    limits, known = Limits(), set(training)
    gauss = torch.randn((DRAWS, trained.network.shape.latent), generator=torch.Generator().manual_seed(0))
    inside = [m for m in training if limits.refusal(m) is None]
    anchors = (inside or training)[:ANCHORS]
    real = synthetic_accessibility(held_out)
    return {
        "reconstruction_training": reconstruction(trained, training),
        "reconstruction_held_out": reconstruction(trained, held_out),
        "gaussian_prior": drawn(trained, gauss, known, limits),
        "proposal_prior": drawn(trained, around(trained, anchors, RADIUS, DRAWS, seed=0), known, limits),
        "held_out": {
            "heavy_atoms": float(np.mean([m.heavy_atoms for m in held_out])),
            "sa_mean": float(np.mean(real)),
            "sa_sd": float(np.std(real)),
        },
        "draws": DRAWS,
        "radius": RADIUS,
        "anchors": len(anchors),
    }


def run(out: Path, held_out: int, only: int | None, recipe: Recipe, seed: int, command: str) -> None:
    """Train, store, measure what was stored, and store again with the figures and the card."""
    started = time.process_time()
    training, unseen = split(molecules(), held_out, seed)
    training = training[:only]
    codec = Codec.learn(training, MERGES)
    fitted = train(codec, training, recipe, seed, Console(stderr=True))
    exact = Trained(codec, fitted.network, checksum="")
    account = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": command,
        "seed": seed,
        "cpu_seconds": time.process_time() - started,
        "threads": torch.get_num_threads(),
        "corpus": content_hash(corpus()),
        "n_training": len(training),
        "n_held_out": len(unseen),
        "symbols": len(codec.symbols),
        "merges": len(codec.merges),
        "recipe": asdict(recipe),
        "diverged": fitted.diverged,
        "final": asdict(fitted.history[-1]) if fitted.history else {},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "exact_training": reconstruction(exact, training),
        "exact_held_out": reconstruction(exact, unseen),
    }
    save(out, codec, fitted.network, account)
    account["metrics"] = measure(load(out), training, unseen)
    sha256 = save(out, codec, fitted.network, account)
    (out / CARD).write_text(card(account, sha256))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the three files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--held-out", type=int, default=HELD_OUT, help="molecules kept from training")
    parser.add_argument("--only", type=int, help="train on this many molecules only, for a try")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    given = sys.argv[1:] if arguments is None else list(arguments)
    command = shlex.join(["python", "-m", "generators.latent.train", *given])
    recipe = Recipe(epochs=options.epochs)
    run(options.out, options.held_out, options.only, recipe, options.seed, command)
    Console().print(f"written to {options.out}")


if __name__ == "__main__":
    main()
