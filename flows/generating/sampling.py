"""Draw molecules from an autoencoder, and tell what was drawn."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import torch

from generators.corpus.admission import Tally, admit
from generators.evaluation.accessibility import synthetic_accessibility
from generators.latent import streams
from generators.latent.points import locate, means
from generators.latent.toward import Wish
from generators.latent.weights import Trained
from loop.molecule import Limits, Molecule, MoleculeError, parse, similarities
from loop.protocols import PartError
from loop.records import Candidate

PATIENCE = 50
"""Points tried for each molecule wanted, before fewer are given."""


MOST_REASONS = 8

WISH = re.compile(r"(?P<name>\w+)=(?P<value>[-+]?\d*\.?\d+)(\+-(?P<width>\d*\.?\d+))?")


class AskedError(PartError):
    """A sample that cannot be drawn as it was asked for."""


@dataclass(frozen=True)
class Asked:
    """What is drawn.

    Attributes
    ----------
    near, between
        Molecules to stay near, or to go between; the prior where neither is given.
    radius
        Mean distance (L2) from those to stay near.
    wishes
        Properties as they should be.
    """

    n: int
    seed: int = 0
    near: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    radius: float = 6.0
    wishes: Mapping[str, Wish] | None = None


@dataclass(frozen=True)
class Sampled:
    """A molecule that was drawn, how like its parent it is, and what is believed of it."""

    candidate: Candidate
    similarity: float | None
    accessibility: float
    believed: Mapping[str, float]


def sample(trained: Trained, asked: Asked, limits: Limits) -> tuple[list[Sampled], Tally]:
    """Draw different molecules inside the limits, fewer where fifty points for each do not hold as many.

    Raises
    ------
    AskedError
        If a molecule cannot be read, spelled or found, or a property is not one that the network reads.
    """
    tally = Tally()
    taken = {readable(trained, text) for text in (*asked.near, *asked.between)}
    found = admit(_stream(trained, asked), asked.n, limits, taken, PATIENCE * asked.n, tally)
    return _described(trained, found), tally


def _stream(trained: Trained, asked: Asked) -> Iterator[Candidate | None]:
    if asked.near:
        parents, points = _placed(trained, asked.near)
        radii = torch.full((len(parents),), asked.radius)
        return streams.near(trained, parents, points, radii, asked.seed)
    if asked.between:
        parents, points = _placed(trained, asked.between)
        if len(parents) < 2:
            raise AskedError("to go between molecules takes two different ones")
        return streams.on_the_way(trained, parents, points, asked.seed)
    if asked.wishes:
        return streams.wished(trained, asked.wishes, asked.seed)
    return streams.prior(trained, asked.seed)


def _placed(trained: Trained, texts: Sequence[str]) -> tuple[list[Molecule], torch.Tensor]:
    molecules = list(dict.fromkeys(readable(trained, text) for text in texts))
    located = locate(trained, molecules)
    for molecule, exact in zip(molecules, located.exact, strict=True):
        if not exact:
            raise AskedError(f"no point was found that is written as {molecule}; 'invert' says more")
    return molecules, located.points


def readable(trained: Trained, text: str) -> Molecule:
    """The molecule of a SMILES that the vocabulary can spell.

    Raises
    ------
    AskedError
        If there is none, or it holds a symbol that the weights never saw.
    """
    try:
        molecule = parse(text)
        trained.codec.encode([molecule])
    except MoleculeError as error:
        raise AskedError(f"'{text}' cannot be encoded: {error}") from error
    return molecule


def _described(trained: Trained, found: Sequence[Candidate]) -> list[Sampled]:
    molecules = [candidate.molecule for candidate in found]
    names = trained.network.shape.properties
    known = [molecule for molecule in molecules if trained.codec.knows(molecule)]
    believed: dict[Molecule, dict[str, float]] = {}
    if known:
        with torch.no_grad():
            read = trained.network.properties(means(trained, known)).tolist()
        believed = {m: dict(zip(names, row, strict=True)) for m, row in zip(known, read, strict=True)}
    hardness = synthetic_accessibility(molecules)
    return [
        Sampled(
            candidate,
            float(similarities(candidate.molecule, [parse(candidate.parent)])[0])
            if candidate.parent
            else None,
            sa,
            {name: value for name, value in believed.get(candidate.molecule, {}).items() if name != "sa"},
        )
        for candidate, sa in zip(found, hardness, strict=True)
    ]


def as_csv(sampled: Sequence[Sampled], properties: Sequence[str]) -> str:
    """A table of what was drawn, with what is believed of it: energies in eV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [name for name in properties if name != "sa"]
    writer.writerow(["smiles", "origin", "parent", "similarity", "sa", *(f"{n}_believed" for n in names)])
    for one in sampled:
        alike = "" if one.similarity is None else f"{one.similarity:.3f}"
        beliefs = [f"{one.believed[name]:.3f}" if name in one.believed else "" for name in names]
        origin, parent = one.candidate.origin, one.candidate.parent or ""
        writer.writerow(
            [one.candidate.molecule.smiles, origin, parent, alike, f"{one.accessibility:.2f}", *beliefs]
        )
    return text.getvalue()


def wishes(trained: Trained, texts: Sequence[str]) -> dict[str, Wish]:
    """Read wishes such as ``homo=-7.5`` or ``lumo=-1.0+-0.2``, in the properties' units.

    Without a width, an eighth of the property's spread in what was learned from is one.

    Raises
    ------
    AskedError
        If a text is not one, or names a property that the weights do not know.
    """
    network, found = trained.network, {}
    for text in texts:
        written = WISH.fullmatch(text.strip())
        if written is None:
            raise AskedError(f"'{text}' is no wish; write it as homo=-7.5, or as homo=-7.5+-0.3 with a width")
        name, width = written["name"], written["width"]
        if name not in network.shape.properties:
            near = get_close_matches(name, network.shape.properties, 1)
            meant = f"; did you mean '{near[0]}'?" if near else ""
            known = ", ".join(network.shape.properties)
            raise AskedError(f"these weights know nothing of '{name}', only of {known}{meant}")
        spread = float(network.spread[network.shape.properties.index(name)])
        found[name] = Wish(float(written["value"]), float(width) if width else spread / 8)
        if found[name].width <= 0:
            raise AskedError(f"the width in '{text}' is not above 0")
    return found


def told(tally: Tally, wished: bool) -> Iterator[str]:
    """What became of the points, in a few lines; ``wished`` where properties were."""
    without = "without a molecule as wished" if wished else "without a molecule"
    yield (
        f"{tally.attempts} points: {tally.admitted} different molecules inside the limits, "
        f"{sum(tally.refused.values())} outside, {tally.taken} repeated, {tally.empty} {without}"
    )
    for reason, count in tally.refused.most_common(MOST_REASONS):
        yield f"  {count} outside: {reason}"
