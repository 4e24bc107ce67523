"""What a row is given, where it runs, and the molecules that it is taken on."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import torch

from benchmarks.durable.machine import machine
from benchmarks.rows import processor
from flows.versions import versions
from generators.latent.training import Data, Plan, prepare
from generators.latent.weights import Trained, account, load
from loop.molecule import Molecule

PROGRAMS = ("torch", "rdkit", "numpy")


@dataclass(frozen=True)
class Options:
    """What the command line sets.

    Attributes
    ----------
    weights
        Folder of the weights.
    draws
        Raw draws from the prior.
    shapes
        How many of these PoseBusters judges.
    chemprop
        Python of an environment with chemprop.
    seed
        Of every random draw.
    """

    weights: Path
    draws: int = 10_000
    shapes: int = 1000
    chemprop: Path | None = None
    seed: int = 1


class Shown:
    """Prints what is told of a training."""

    def begin(self, what: str, total: float | None) -> None:
        """See :class:`generators.latent.training.Watcher`."""

    def advance(self, done: float) -> None:
        """See :class:`generators.latent.training.Watcher`."""

    def tell(self, line: str) -> None:
        """See :class:`generators.latent.training.Watcher`."""
        print(f"  {line}", flush=True)


def trained(options: Options) -> Trained:
    """The autoencoder."""
    return load(options.weights)


@lru_cache(maxsize=1)
def data(weights: Path) -> Data:
    """What the weights were trained on and what was set aside, gathered again: needs the extra ``corpus``."""
    found = prepare(Plan(labelled=("qm9",)), Shown())
    if [g.key for g in found.gathered] != account(weights)["gathered"]:
        print("  NOT the compounds that these weights were trained on: other versions of packages, or files")
    return found


def measured(
    molecules: Iterable[Molecule], known: Data, network: Trained, names: Sequence[str]
) -> list[Molecule]:
    """Those that have all of these values and can be written down."""
    wanted = set(names)
    return [m for m in molecules if known.labels.get(m, {}).keys() >= wanted and network.codec.knows(m)]


@cache
def electrolytes(n: int = 17_000) -> tuple[Molecule, ...]:
    """Electrolyte-like compounds: those of the shipped corpus."""
    found = prepare(Plan(sources=("corpus",), joined=0.0), Shown()).split.training
    order = np.random.default_rng(0).permutation(len(found))[:n]
    return tuple(found[k] for k in order)


@dataclass
class Clock:
    """CPU seconds of this process."""

    began: float

    @classmethod
    def start(cls) -> Clock:
        """From now on."""
        return cls(time.process_time())

    @property
    def seconds(self) -> float:
        """So far."""
        return time.process_time() - self.began


def where() -> str:
    """Machine, threads and versions, in one line."""
    known = versions()
    programs = ", ".join(f"{name} {known[name]}" for name in PROGRAMS if name in known)
    threads = f"{torch.get_num_threads()} thread(s), OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS', '')}"
    return f"{processor()}, {machine()}, {threads}; {programs}"
