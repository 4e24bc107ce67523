"""What the autoencoder proposes: around incumbents, between them, from its prior, towards what is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch

from generators.corpus.admission import Tally, admit
from generators.corpus.entries import corpus
from generators.latent import TRUST_REGION, streams
from generators.latent.points import locate, means, write
from generators.latent.radius import radius_after
from generators.latent.toward import Wish
from generators.latent.weights import Trained, in_double
from loop.molecule import Limits, Molecule, parse, similarities
from loop.objective import FloatArray
from loop.protocols import Explored, Incumbent
from loop.records import Candidate

REASONS = 5
"""Reasons for which most are outside the limits, that are told."""

PATIENCE, FEWEST = 25, 512
"""Latent points tried per molecule asked for, and at the least, before fewer are returned: one in nine of the
prior is inside the default limits."""


@dataclass(frozen=True)
class Shares:
    """How proposals are divided.

    Attributes
    ----------
    prior, between
        Those from the prior and those between two incumbents, where there are incumbents.
    wanted
        Of the prior's, those towards what is wanted.
    """

    prior: float
    between: float
    wanted: float


def explore(
    trained: Trained,
    incumbents: Sequence[Incumbent],
    n: int,
    limits: Limits,
    seed: int,
    radius: float,
    shares: Shares,
) -> Explored:
    """Propose ``n`` molecules inside ``limits``, fewer if :data:`PATIENCE` points for each hold fewer.

    Parameters
    ----------
    radius
        Mean L2 distance in the latent space between a proposal and its parent, before its fates changed it.
    """
    taken = {one.molecule for one in incumbents}
    near = [one for one in incumbents if trained.codec.knows(one.molecule)]
    located = locate(trained, [one.molecule for one in near])
    points = located.points[torch.from_numpy(located.exact)]
    near = [one for one, exact in zip(near, located.exact, strict=True) if exact]
    parents = [one.molecule for one in near]
    radii = [radius_after(radius, one.fates) for one in near]
    found: list[Candidate] = []
    account: dict[str, dict[str, Any]] = {}

    def add(name: str, stream: Iterator[Candidate | None], wanted: int, **figures: float) -> None:
        tally = Tally()
        new = admit(stream, wanted, limits, taken, max(PATIENCE * wanted, FEWEST), tally)
        if tally.attempts:
            account[name] = _told(trained, tally, new) | figures
        found.extend(new)

    prior = n
    if parents:
        prior = round(n * shares.prior)
        if len(parents) > 1:
            way = streams.on_the_way(trained, parents, points, seed)
            add("between", way, round(n * shares.between))
        around = streams.near(trained, parents, points, torch.tensor(radii), seed + 1)
        add(TRUST_REGION, around, n - prior - len(found), radius=float(np.mean(radii)))
        prior = n - len(found)
    if trained.wanted:
        wishes = {name: Wish(value, width) for name, value, width in trained.wanted}
        add("wanted", streams.wished(trained, wishes, seed + 3), round(prior * shares.wanted))
    add("prior", streams.prior(trained, seed + 2), n - len(found))
    return Explored(found, account)


def _told(trained: Trained, tally: Tally, found: Sequence[Candidate]) -> dict[str, Any]:
    """What became of the points of one origin, and what the proposals are like."""
    molecules = [candidate.molecule for candidate in found]
    likeness = [float(similarities(c.molecule, [parse(c.parent)])[0]) for c in found if c.parent is not None]
    known = [molecule for molecule in molecules if trained.codec.knows(molecule)]
    again = sum(a == b for a, b in zip(known, write(trained, means(trained, known)), strict=True))
    size = max(1, len(found))
    return {
        "points": tally.attempts,
        "without_a_molecule": tally.empty,
        "repeated": tally.taken,
        "outside_limits": tally.refused.total(),
        "most_often": dict(tally.refused.most_common(REASONS)),
        "proposed": tally.admitted,
        "come_back": again / size,
        "listed": sum(molecule.smiles in _listed() for molecule in molecules) / size,
        **({"similarity": float(np.mean(likeness))} if likeness else {}),
    }


@cache
def _listed() -> frozenset[str]:
    """SMILES of the compounds that come with the project."""
    return frozenset(entry.smiles for entry in corpus())


def embed(trained: Trained, molecules: Sequence[Molecule]) -> FloatArray:
    """Posterior means, shape ``(n, latent)``, NaN where the vocabulary cannot spell a molecule.

    Worked out in float64 and rounded to float32, so that a point does not depend on those it is asked with.
    """
    trained = in_double(trained)
    points = np.full((len(molecules), trained.network.shape.latent), np.nan, dtype=np.float32)
    known = [i for i, molecule in enumerate(molecules) if trained.codec.knows(molecule)]
    if known:
        points[known] = means(trained, [molecules[i] for i in known]).float().numpy()
    return points.astype(np.float64)
