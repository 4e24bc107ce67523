"""From lists of compounds to a trained autoencoder: gathered, set aside, joined, fitted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from generators.corpus.gathering import Compound, Gathered, Sieve, gather
from generators.corpus.joining import joined
from generators.corpus.sources import source
from generators.corpus.splitting import Split, constitution, framework, split
from generators.evaluation.accessibility import synthetic_accessibility
from generators.latent import SA
from generators.latent.codec import Codec
from generators.latent.fit import Epoch, Examples, Fit, Fitted, Recipe, standardise
from generators.latent.model import Autoencoder, Shape
from loop.molecule import Molecule
from loop.protocols import PartError

LEAST = 200
"""Compounds below which a training is refused."""

FEW = 5
"""Molecules that are named where there may be many."""

LEAST_LABELS = 50
"""Measured values below which a property is not learned."""


class CorpusError(PartError):
    """Nothing can be learned from these compounds; the message says what is missing."""


class Watcher(Protocol):
    """Who is told how a training goes."""

    def begin(self, what: str, total: float | None) -> None:
        """Something begins that takes ``total`` steps, or nobody knows how many."""
        ...

    def advance(self, done: float) -> None:
        """So many of its steps are done."""
        ...

    def tell(self, line: str) -> None:
        """Something is worth a line."""
        ...


class Nobody:
    """Watches nothing."""

    def begin(self, what: str, total: float | None) -> None:
        """See :class:`Watcher`."""

    def advance(self, done: float) -> None:
        """See :class:`Watcher`."""

    def tell(self, line: str) -> None:
        """See :class:`Watcher`."""


@dataclass(frozen=True)
class Plan:
    """What is trained on what.

    Attributes
    ----------
    sources
        Compounds like those that are wanted: names of :data:`generators.corpus.sources.SOURCES`, or paths.
    labelled
        More compounds, learned from for their measured values; of these at most ``most_labelled``, those that
        are easiest to make: what is learned from is what is drawn, and QM9 is full of strained cages.
    max_heavy_atoms
        Size of the largest compound.
    held_out
        Compounds set aside at random, as many again of scaffolds of their own, and as many of those with
        measured values; a twentieth of all, if that is less.
    joined
        Molecules that are joined from halves of the others and learned from, too, for each compound.
    emphasis
        How often a compound of the sources is learned from for each time that another molecule is.
    merges
        Pairs of symbols that become tokens.
    """

    sources: tuple[str, ...] = ("known-additives", "chemicals", "zinc-exchange")
    labelled: tuple[str, ...] = ()
    most_labelled: int = 20_000
    max_heavy_atoms: int = 20
    held_out: int = 1000
    joined: float = 5.0
    emphasis: float = 3.0
    merges: int = 250
    recipe: Recipe = field(default_factory=Recipe)
    seed: int = 0


@dataclass(frozen=True)
class Data:
    """What is learned from, and what is not.

    Attributes
    ----------
    gathered
        Of the sources and of those with measured values, with every loss counted.
    split
        The compounds of the sources; whatever else is learned from is in none of the parts set aside.
    joined, labelled
        Further molecules.
    judged
        Molecules with measured values that are not learned from.
    labels
        Measured values of all of these by molecule.
    """

    gathered: tuple[Gathered, ...]
    split: Split
    joined: tuple[Molecule, ...]
    labelled: tuple[Molecule, ...]
    judged: tuple[Molecule, ...]
    labels: Mapping[Molecule, Mapping[str, float]]

    @property
    def learned(self) -> tuple[Molecule, ...]:
        """Everything that is learned from, each molecule once."""
        return tuple(dict.fromkeys([*self.split.training, *self.labelled, *self.joined]))


def prepare(plan: Plan, watcher: Watcher, cache: Path | None = None) -> Data:
    """Gather the compounds, set some aside and join more.

    Raises
    ------
    SourceError
        If a source does not exist or needs a package.
    MoleculeFileError
        If a file cannot be read.
    CorpusError
        If too little is left.
    """
    sieve = Sieve(max_heavy_atoms=plan.max_heavy_atoms)
    gathered = _gather(plan.sources, sieve, watcher, cache)
    size = len(gathered.compounds)
    if size < LEAST:
        raise CorpusError(_too_few(gathered))
    aside = min(plan.held_out, size // 20)
    parts = split(gathered.molecules, aside, aside, plan.seed)
    unseen = _Unseen.of(parts)
    found = [gathered]
    others: tuple[Compound, ...] = ()
    if plan.labelled:
        found.append(_gather(plan.labelled, sieve, watcher, cache))
        others = _easiest(found[-1].compounds, plan.most_labelled)
    wanted = round(plan.joined * len(parts.training))
    watcher.begin("joining", wanted)
    more = joined(parts.training, wanted, plan.max_heavy_atoms, plan.seed, cache, watcher.advance)
    labels: dict[Molecule, dict[str, float]] = {}
    for compound in (*gathered.compounds, *others):
        labels.setdefault(compound.molecule, {}).update(compound.labels)
    open_to_all = [c.molecule for c in others if not unseen.gives_away(c.molecule)]
    learned = set(parts.training)
    labelled = split(
        [m for m in open_to_all if m not in learned], min(plan.held_out, len(others) // 20), 0, plan.seed
    )
    away = _Unseen(frozenset(map(constitution, labelled.random)), frozenset())
    return Data(
        tuple(found),
        parts,
        tuple(m for m in more if not unseen.gives_away(m) and not away.gives_away(m)),
        labelled.training,
        (*(m for m in parts.random if labels.get(m)), *labelled.random),
        labels,
    )


@dataclass(frozen=True)
class _Unseen:
    """What must not be learned from: stereoisomers of what is set aside, and scaffolds set aside."""

    constitutions: frozenset[str]
    frameworks: frozenset[str]

    @classmethod
    def of(cls, parts: Split) -> _Unseen:
        return cls(
            frozenset(constitution(molecule) for molecule in (*parts.random, *parts.scaffold)),
            frozenset(framework(molecule) for molecule in parts.scaffold),
        )

    def gives_away(self, molecule: Molecule) -> bool:
        return constitution(molecule) in self.constitutions or framework(molecule) in self.frameworks


def _gather(names: Sequence[str], sieve: Sieve, watcher: Watcher, cache: Path | None) -> Gathered:
    watcher.begin(f"reading {', '.join(names)}", None)
    found = gather([source(name) for name in names], sieve, cache, lambda _, read: watcher.advance(read))
    for name, counts in found.counts.items():
        told = ", ".join(f"{count} {what}" for what, count in counts.items())
        watcher.tell(f"{name}: {told}")
    for line in found.bad:
        watcher.tell(line)
    return found


def _too_few(gathered: Gathered) -> str:
    counts = sum(map(Counter, gathered.counts.values()), Counter[str]())
    read = counts.pop("read", 0)
    lost = {what: count for what, count in counts.items() if what != "kept"}
    why = "".join(f"; {count} {what}" for what, count in lost.items())
    names = ", ".join(gathered.counts)
    left = f"{len(gathered.compounds)} different compounds of {read} read from {names}"
    return (
        f"{left}: a network learns the language of molecules from {LEAST} at least, and well from "
        f"10,000{why}; add sources, or sample from the shipped weights"
    )


def _easiest(compounds: Sequence[Compound], most: int) -> tuple[Compound, ...]:
    if len(compounds) <= most:
        return tuple(compounds)
    hardness = synthetic_accessibility([compound.molecule for compound in compounds])
    chosen = np.argsort(hardness, kind="stable")[:most]
    return tuple(compounds[k] for k in sorted(chosen))


def properties(data: Data) -> tuple[str, ...]:
    """What is learned to be read off a point: SA, and what enough molecules have a value of."""
    counts: dict[str, int] = {}
    for labels in data.labels.values():
        for name in labels:
            counts[name] = counts.get(name, 0) + 1
    return (*sorted(name for name, count in counts.items() if count >= LEAST_LABELS), SA)


def table(
    molecules: Sequence[Molecule], names: Sequence[str], labels: Mapping[Molecule, Mapping[str, float]]
) -> NDArray[np.float64]:
    """Properties of molecules, shape ``(n, len(names))``, NaN where not measured; SA is worked out."""
    found = np.full((len(molecules), len(names)), np.nan)
    for row, molecule in zip(found, molecules, strict=True):
        for name, value in labels.get(molecule, {}).items():
            if name in names:
                row[names.index(name)] = value
    if SA in names:
        found[:, names.index(SA)] = synthetic_accessibility(molecules)
    return found


def train(
    plan: Plan,
    data: Data,
    watcher: Watcher,
    *,
    device: str = "cpu",
    checkpoint: Path | None = None,
) -> tuple[Codec, Fitted]:
    """Learn a vocabulary and fit a network.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another training.
    """
    watcher.begin("vocabulary", None)
    codec = Codec.learn([*data.split.training, *data.labelled], plan.merges)
    learned: list[Molecule] = []
    lost: list[Molecule] = []
    for molecule in data.learned:
        (learned if codec.knows(molecule) else lost).append(molecule)
    if lost:
        some = ", ".join(map(str, lost[:FEW]))
        watcher.tell(f"{len(lost)} molecules that cannot be written down are not learned: {some}")
    real = set(data.split.training)
    names = properties(data)
    torch.manual_seed(plan.seed)
    network = Autoencoder(Shape(codec.size, names))
    network.openings.copy_(torch.tensor(codec.openings))
    labels = table(learned, names, data.labels)
    standardise(network, labels)
    held_out = codec.rows([m for m in data.split.random if codec.knows(m)])
    fit = Fit(
        network,
        Examples(
            codec.rows(learned), labels, np.array([plan.emphasis if m in real else 1.0 for m in learned])
        ),
        plan.recipe,
        plan.seed,
        held_out=held_out,
        device=device,
        checkpoint=checkpoint,
    )
    watcher.begin("fitting", 1.0)
    fitted = fit.run(lambda epoch: watcher.tell(_line(epoch, plan.recipe)), watcher.advance)
    return codec, fitted


def _line(epoch: Epoch, recipe: Recipe) -> str:
    return (
        f"epoch {epoch.number} of {recipe.epochs}: {epoch.cross_entropy:.3f} nats per token "
        f"({epoch.held_out:.3f} held out), KL {epoch.divergence:.1f} nats per molecule, "
        f"properties {epoch.properties:.3f}"
    )
