"""Teach a trained autoencoder what a campaign has measured, without forgetting the rest.

The measured molecules are drawn by rank, the best most often (Tripp et al., 2006.09191), among compounds that
are learned from again (replay), so that the language of molecules is kept. What is believed of a property is
first brought to the scale of the campaign's own protocol, then learned.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from generators.latent import SA
from generators.latent.evaluate import reconstruction
from generators.latent.fit import Epoch, Examples, Fit, Recipe, standardise
from generators.latent.model import Autoencoder
from generators.latent.points import means
from generators.latent.training import table
from generators.latent.weights import Trained
from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import Lesson

VERSION = 1
"""Raised whenever the same lesson may teach something else."""

SHARPNESS = 1e-3
"""``k`` of the weights ``1 / (k n + rank)`` (Tripp et al.): smaller, and the best weigh more."""

MEASURED_SHARE = 0.3
"""Part of what is drawn that was measured; the rest is replay."""

RECIPE = Recipe(epochs=3, learning_rate=5e-4, warmup=0.1)

REPLAY, JUDGED = 5000, 500
"""Compounds that are learned from again, and others that are written before and after."""

LARGEST_FALL = 0.02
"""Fall of their reconstruction above which what was learned is thrown away."""

HELD_OUT = 5
"""One in so many of the measured molecules is held out, to tell whether learning from the others pays."""


@dataclass(frozen=True)
class Taught:
    """What came of a lesson.

    Attributes
    ----------
    trained
        Before its weights are stored.
    before, after
        Share of compounds not learned from here that their mean is written as.
    misjudged, misjudged_after
        Mean absolute error of the properties of measured molecules held out, in units of their spread: as
        known before but brought to scale, and after.
    unspelled
        Measured molecules that the vocabulary lacks a symbol for; nothing is learned from them.
    """

    trained: Trained
    before: float
    after: float
    misjudged: float
    misjudged_after: float
    unspelled: tuple[Molecule, ...]

    @property
    def kept(self) -> bool:
        """Whether little is forgotten, and properties are read off better than by a change of scale alone."""
        return self.after >= self.before - LARGEST_FALL and self.misjudged_after < self.misjudged


def teach(
    trained: Trained,
    lesson: Lesson,
    compounds: Sequence[Molecule],
    seed: int,
    recipe: Recipe = RECIPE,
    report: Callable[[Epoch], None] = lambda _: None,
) -> Taught:
    """Train on what was measured and on compounds like those learned from before.

    Parameters
    ----------
    compounds
        Ten at least; a tenth of these (at most :data:`JUDGED`) are written before and after,
        :data:`REPLAY` others are learned from again.
    """
    codec = trained.codec
    known = [molecule for molecule in lesson.molecules if codec.knows(molecule)]
    odd = tuple(molecule for molecule in lesson.molecules if not codec.knows(molecule))
    order = np.random.default_rng(seed).permutation(len(compounds))
    spelled = [compounds[k] for k in order if codec.knows(compounds[k])]
    aside = min(JUDGED, len(spelled) // 10)
    judged, replay = spelled[:aside], spelled[aside : aside + REPLAY]
    names = tuple(dict.fromkeys([*trained.network.shape.properties, *sorted(lesson.values)]))
    values: dict[Molecule, dict[str, float]] = {}
    for name, of in lesson.values.items():
        for molecule, value in of.items():
            values.setdefault(molecule, {})[name] = value
    labels = table(known, names, values)
    away = np.arange(len(known)) % HELD_OUT == HELD_OUT // 2
    learned = [molecule for molecule, held_out in zip(known, away, strict=True) if not held_out]
    held_out = [molecule for molecule, held_out in zip(known, away, strict=True) if held_out]
    network = _with(trained.network, names)
    _to_scale(Trained(codec, network, ""), learned, labels[~away], [name != SA for name in names])
    before = Trained(codec, copy.deepcopy(network).requires_grad_(False), "")
    examples = Examples(
        codec.rows([*learned, *replay]),
        np.concatenate([labels[~away], table(replay, names, {})]),
        np.concatenate([_by_rank(len(learned)), np.full(len(replay), (1 - MEASURED_SHARE) / len(replay))]),
    )
    network = Fit(network, examples, recipe, seed).run(report).network.requires_grad_(False)
    after = Trained(codec, network, "")
    return Taught(
        after,
        reconstruction(trained, judged, search=False).mean.value,
        reconstruction(after, judged, search=False).mean.value,
        _misjudged(before, held_out, labels[away]),
        _misjudged(after, held_out, labels[away]),
        odd,
    )


@torch.no_grad()
def _misjudged(trained: Trained, molecules: Sequence[Molecule], labels: FloatArray) -> float:
    """Mean absolute error of what is read off the means, in units of the spread; NaN of none."""
    if not molecules:
        return float("nan")
    network = trained.network
    read = network.properties(means(trained, molecules))
    off = (read - torch.from_numpy(labels)).abs() / network.spread
    return float(off.nanmean())


def _by_rank(n: int) -> FloatArray:
    weights = 1.0 / (SHARPNESS * n + np.arange(n) + 1.0)
    found: FloatArray = MEASURED_SHARE * weights / weights.sum()
    return found


def _with(network: Autoencoder, names: tuple[str, ...]) -> Autoencoder:
    """A copy that also reads properties it did not know, of which it believes the median at first."""
    old = network.shape.properties
    if names == old:
        return copy.deepcopy(network).requires_grad_(True)
    wider = Autoencoder(replace(network.shape, properties=names))
    state = dict(network.state_dict())
    for key in ("heads.weight", "heads.bias", "middle", "spread"):
        fresh = wider.state_dict()[key].clone()
        if key.startswith("heads"):
            fresh.zero_()
        fresh[: len(old)] = state[key]
        state[key] = fresh
    wider.load_state_dict(state)
    return wider


@torch.no_grad()
def _to_scale(
    trained: Trained, molecules: Sequence[Molecule], labels: FloatArray, measured: Sequence[bool]
) -> None:
    """Shift and stretch what is believed to what was measured: another protocol has another zero."""
    network = trained.network
    last = network.heads
    believed = network.judge(means(trained, molecules)).double().numpy() if molecules else np.empty((0, 0))
    only = np.where(np.array(measured)[None], labels, np.nan)
    standardise(network, only)
    for k in range(labels.shape[1]):
        known = ~np.isnan(only[:, k])
        if known.sum() < 2:
            continue
        wanted = (labels[known, k] - float(network.middle[k])) / float(network.spread[k])
        has = believed[known, k]
        slope = float(np.cov(has, wanted)[0, 1] / has.var()) if has.var() > 1e-12 else 0.0
        slope = max(0.0, slope)
        last.weight[k] *= slope
        last.bias[k] = float(last.bias[k]) * slope + float(wanted.mean() - slope * has.mean())
