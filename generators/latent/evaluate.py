"""How good a trained autoencoder is: figures for the model card and for ``zincloop generator evaluate``.

Draws are raw: no filter, known molecules and duplicates kept. Whatever is judged again inside a campaign's
limits is said to be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import torch
from numpy.typing import NDArray

from generators.evaluation.drawn import Beside, Drawn, compared, described
from generators.evaluation.frechet import frechet_distance
from generators.evaluation.plausible import Plausibility, plausibility
from generators.evaluation.shares import Share
from generators.latent.points import at_random, locate, means, write
from generators.latent.weights import Trained
from loop.molecule import Limits, Molecule, similarities

DRAWS = 10_000
SHAPES = 200
"""PoseBusters takes about a second for each."""
MOST_REFERENCE = 3000
"""Real molecules whose ChemNet activations stand for the reference: a CPU second for a hundred."""

RADII = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0)


@dataclass(frozen=True)
class Reconstruction:
    """How many molecules come back.

    Attributes
    ----------
    mean
        From their posterior mean.
    located
        From the mean or, failing that, from a point that a search finds.
    unspelled
        Molecules that the vocabulary cannot spell; they count as lost.
    cpu_seconds
        Of the search, per molecule.
    """

    mean: Share
    located: Share
    unspelled: tuple[Molecule, ...]
    cpu_seconds: float


def reconstruction(trained: Trained, molecules: Sequence[Molecule], search: bool = True) -> Reconstruction:
    """Share of molecules that are written again, stereochemistry included.

    Parameters
    ----------
    search
        Whether points are looked for where the mean is not exact.
    """
    known = [molecule for molecule in molecules if trained.codec.knows(molecule)]
    odd = tuple(molecule for molecule in molecules if not trained.codec.knows(molecule))
    same = exact = 0
    spent = 0.0
    if known:
        same = sum(m == r for m, r in zip(known, write(trained, means(trained, known)), strict=True))
        if search:
            spent = -time.process_time()
            exact = int(locate(trained, known).exact.sum())
            spent += time.process_time()
    size = len(molecules)
    return Reconstruction(
        Share(same, size), Share(exact if search else same, size), odd, spent / max(1, size)
    )


@dataclass(frozen=True)
class Judgement:
    """What draws from the prior are like.

    Attributes
    ----------
    raw
        Before any filter.
    within
        Of the draws, those that are different molecules inside the campaign's limits.
    filtered
        What these are like.
    beside, filtered_beside
        MOSES metrics beside those of real molecules, of the raw draws and of those within.
    held_out
        What the real molecules are like.
    shapes
        PoseBusters' opinion of some of the raw draws; ``None`` where not asked.
    frechet
        Frechet ChemNet distance from the reference, of raw draws and of the real molecules (smaller is more
        alike); ``None`` where its package is not installed.
    per_cpu_second
        Raw draws that are drawn, written and read in a CPU second.
    """

    raw: Drawn
    within: Share
    filtered: Drawn
    beside: Mapping[str, Beside]
    filtered_beside: Mapping[str, Beside]
    held_out: Drawn
    shapes: Plausibility | None
    frechet: Beside | None
    per_cpu_second: float


def judge(
    trained: Trained,
    training: Sequence[Molecule],
    held_out: Sequence[Molecule],
    reference: Sequence[Molecule],
    limits: Limits,
    *,
    draws: int = DRAWS,
    shapes: int = SHAPES,
    seed: int = 0,
    report: Callable[[int], None] = lambda _done: None,
) -> Judgement:
    """Draw from the prior and judge.

    Parameters
    ----------
    training
        What was learned from: what is not among it is novel.
    held_out
        Real molecules like those of the reference, not learned from.
    reference
        Real molecules that the draws should be like.
    shapes
        How many are embedded and judged by PoseBusters.
    report
        Called with the number of shapes that are judged.
    """
    started = time.process_time()
    found = drawn(trained, draws, seed)
    rate = draws / (time.process_time() - started)
    known = set(training)
    valid = [molecule for molecule in found if molecule is not None]
    distinct = list(dict.fromkeys(valid))
    within = [molecule for molecule in distinct if limits.refusal(molecule) is None]
    inside = [molecule for molecule in held_out if limits.refusal(molecule) is None]
    like = [molecule for molecule in reference if limits.refusal(molecule) is None]
    return Judgement(
        described(found, known),
        Share(len(within), draws),
        described(within, known),
        compared(distinct, held_out, reference, seed),
        compared(within, inside, like, seed) if inside and like else {},
        described(held_out, known),
        plausibility(valid[:shapes], report) if shapes else None,
        frechet(distinct, held_out, reference) if find_spec("fcd") else None,
        rate,
    )


def frechet(drawn: Sequence[Molecule], real: Sequence[Molecule], reference: Sequence[Molecule]) -> Beside:
    """Frechet ChemNet distances from the reference, both of as many molecules: that of fewer is larger."""
    size = min(len(drawn), len(real))
    order = np.random.default_rng(0).permutation(len(reference))[:MOST_REFERENCE]
    some = [reference[k] for k in order]
    return Beside(frechet_distance(drawn[:size], some), frechet_distance(real[:size], some))


def drawn(trained: Trained, n: int, seed: int) -> list[Molecule | None]:
    """Molecules of so many points of the prior."""
    generator = torch.Generator().manual_seed(seed)
    return list(write(trained, at_random(trained, n, generator)))


@dataclass(frozen=True)
class AtRadius:
    """What is written at one distance from molecules: the same, what else, and how alike."""

    radius: float
    same: Share
    similarity: float


def by_radius(
    trained: Trained,
    molecules: Sequence[Molecule],
    radii: Sequence[float] = RADII,
    each: int = 20,
    seed: int = 0,
) -> tuple[AtRadius, ...]:
    """Tanimoto similarity to the molecule at some distances (L2) from its located point.

    Parameters
    ----------
    molecules
        Those that cannot be located are passed over.
    each
        Directions from each.
    """
    spelled = [molecule for molecule in molecules if trained.codec.knows(molecule)]
    located = locate(trained, spelled)
    origins = [molecule for molecule, exact in zip(spelled, located.exact, strict=True) if exact]
    points = located.points[torch.from_numpy(located.exact)].repeat_interleave(each, dim=0)
    generator = torch.Generator().manual_seed(seed)
    found = []
    for radius in radii:
        way = torch.nn.functional.normalize(torch.randn(points.shape, generator=generator), dim=1)
        there = list(write(trained, points + radius * way))
        pairs = [(origins[k // each], m) for k, m in enumerate(there) if m is not None]
        alike = [float(similarities(origin, [molecule])[0]) for origin, molecule in pairs]
        same = sum(origin == molecule for origin, molecule in pairs)
        found.append(AtRadius(radius, Share(same, len(there)), float(np.mean(alike or [np.nan]))))
    return tuple(found)


@dataclass(frozen=True)
class Belief:
    """How well a property is read off the points of molecules that were not learned from.

    Attributes
    ----------
    of
        How many.
    error
        Mean absolute error, in the property's unit.
    spread
        Mean absolute deviation from the median of what was learned from: the error of a guess.
    """

    of: int
    error: float
    spread: float


def beliefs(
    trained: Trained, molecules: Sequence[Molecule], labels: NDArray[np.float64]
) -> dict[str, Belief]:
    """Compare what is read off located points with measured values.

    Parameters
    ----------
    labels
        Shape ``(n, properties)`` in the order of the network's, NaN where not measured.
    """
    spelled = np.array([trained.codec.knows(molecule) for molecule in molecules], dtype=bool)
    known = [molecule for molecule, able in zip(molecules, spelled, strict=True) if able]
    network = trained.network
    points = locate(trained, known).points if known else torch.empty((0, network.shape.latent))
    with torch.no_grad():
        read = network.properties(points).numpy()
    found = {}
    for k, name in enumerate(network.shape.properties):
        values = labels[spelled, k]
        measured = ~np.isnan(values)
        if measured.any():
            error = np.abs(read[measured, k] - values[measured]).mean()
            spread = np.abs(values[measured] - float(network.middle[k])).mean()
            found[name] = Belief(int(measured.sum()), float(error), float(spread))
    return found


@dataclass(frozen=True)
class Figures:
    """Everything that is measured of a trained autoencoder.

    Attributes
    ----------
    reconstruction
        Name of a set of molecules -> how many of them come back.
    beliefs
        Of molecules held out, how well each property is read off their points.
    radii
        What is written at some distances from molecules held out.
    """

    reconstruction: Mapping[str, Reconstruction]
    judgement: Judgement
    beliefs: Mapping[str, Belief]
    radii: Sequence[AtRadius]
