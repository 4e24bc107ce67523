"""How fast a network is trained, and when it writes most of what it has seen."""

from __future__ import annotations

import time

import numpy as np
import torch

from benchmarks.generator_rows.row import Clock, Options, electrolytes
from benchmarks.rows import Result
from generators.latent import SA
from generators.latent.codec import Codec
from generators.latent.evaluate import reconstruction
from generators.latent.fit import Epoch, Examples, Fit, Fitted, Recipe, standardise
from generators.latent.model import Autoencoder, Shape
from generators.latent.training import table
from generators.latent.weights import Trained

WHAT = (
    "training on 17,000 electrolyte-like molecules: molecules per CPU second, minutes to 95 % written again"
)
TARGET = "1,000 a CPU-s; 15 min"

RATE, MINUTES, WANTED = 1000.0, 15.0, 0.95
EPOCHS = 16


def run(options: Options) -> Result:
    """Train with two threads' clock and one thread's rate."""
    molecules = electrolytes()
    codec = Codec.learn(molecules, 250)
    molecules = tuple(molecule for molecule in molecules if codec.knows(molecule))
    examples = Examples(codec.rows(molecules), table(molecules, (SA,), {}))
    one = Clock.start()
    fitted(codec, examples, Recipe(epochs=1), options.seed)
    rate = len(examples) / one.seconds
    print(f"  {rate:.0f} molecules per CPU second, one thread, one epoch of {len(examples)}", flush=True)
    began = time.monotonic()

    def look(epoch: Epoch) -> None:
        print(
            f"  epoch {epoch.number}: {epoch.cross_entropy:.3f} nats per token, {minutes():.1f} min",
            flush=True,
        )

    def minutes() -> float:
        return (time.monotonic() - began) / 60

    torch.set_num_threads(2)
    try:
        found = fitted(codec, examples, Recipe(epochs=EPOCHS), options.seed, look)
    finally:
        torch.set_num_threads(1)
    reached = minutes()
    seen = [molecules[k] for k in np.random.default_rng(options.seed).permutation(len(molecules))[:3000]]
    share = reconstruction(Trained(codec, found.network.requires_grad_(False), ""), seen, search=False).mean
    print(f"  {share} of 3,000 training molecules are written again from their means", flush=True)
    met = rate >= RATE and reached <= MINUTES and share.value >= WANTED
    return Result(f"{rate:.0f} a CPU-s; {share} after {reached:.1f} min ({EPOCHS} epochs)", met)


def fitted(
    codec: Codec,
    examples: Examples,
    recipe: Recipe,
    seed: int,
    report: object = None,
    properties: tuple[str, ...] = (SA,),
) -> Fitted:
    """Fit a network from scratch."""
    torch.manual_seed(seed)
    network = Autoencoder(Shape(codec.size, properties))
    network.openings.copy_(torch.tensor(codec.openings))
    standardise(network, examples.labels)
    return Fit(network, examples, recipe, seed).run(report if callable(report) else lambda _: None)
