"""How many molecules come back: learned from, unseen, and with scaffolds that nothing learned has."""

from __future__ import annotations

import numpy as np

from benchmarks.generator_rows.row import Options, data, trained
from benchmarks.rows import Result
from generators.latent.evaluate import reconstruction

WHAT = "molecules that are written again from the encoder's mean, and with a search"
TARGET = "learned 99 %; unseen 85 % / 99 %"

LEARNED = 10_000


def run(options: Options) -> Result:
    """Every part, with 95 % intervals."""
    network, parts = trained(options), data(options.weights).split
    order = np.random.default_rng(options.seed).permutation(len(parts.training))[:LEARNED]
    sets = {
        "learned from": [parts.training[k] for k in order],
        "unseen, at random": parts.random,
        "unseen scaffolds": parts.scaffold,
    }
    found = {name: reconstruction(network, some) for name, some in sets.items()}
    for name, one in found.items():
        print(f"  {name} ({one.mean.of}): {one.mean}; with a search {one.located}", end="")
        print(f", {one.cpu_seconds:.4f} CPU s each; {len(one.unspelled)} not in the vocabulary", flush=True)
    learned, unseen = found["learned from"], found["unseen, at random"]
    met = learned.mean.value >= 0.99 and unseen.mean.value >= 0.85 and unseen.located.value >= 0.99
    figure = f"{learned.mean.value:.1%}; {unseen.mean.value:.1%} / {unseen.located.value:.1%}"
    scaffolds = found["unseen scaffolds"]
    figure += f" ({unseen.cpu_seconds:.4f} CPU-s each); scaffolds {scaffolds.mean.value:.1%}"
    return Result(f"{figure} / {scaffolds.located.value:.1%}", met and unseen.cpu_seconds <= 0.15)
