"""The strategies that ``benchmarks.de_novo`` compares: where candidates come from, and who chooses."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import cast

import numpy as np

from benchmarks.zinc_set import LARGEST
from flows.campaign_file.tables import CampaignFile
from flows.simulation.genetic import at_random, born
from flows.simulation.strategies import NoSurrogate
from generators.corpus.admission import admit
from generators.library import Library
from generators.vae import VAE
from loop.molecule import Limits
from loop.parts import load
from loop.protocols import Acquisition, Generator, Oracle, Question, Surrogate
from loop.records import Candidate, Pick
from loop.seats import Parts, Source

INITIAL = 30
WHOLE = 20_000
"""``Definition.pool`` of every arm: as many as the corpus holds, so that the initial design sees it whole."""

CANDIDATES = 2000
"""Proposed in a round where molecules are generated; half the default, to keep the decisions cheap."""

CORPUS = Library(source="corpus")


@cache
def template() -> CampaignFile:
    """The campaign file that ``zincloop init`` writes."""
    text = (files("flows") / "templates" / "campaign.toml").read_text(encoding="utf-8")
    return CampaignFile.model_validate(tomllib.loads(text))


def limits() -> Limits:
    """The template's limits, for smaller molecules."""
    return replace(template().limits.limits(), max_heavy_atoms=LARGEST)


@dataclass(frozen=True)
class Evolution:
    """A genetic algorithm without a surrogate: a batch of new offspring of the best measured molecules."""

    limits: Limits
    oracles: Sequence[Oracle]
    kind: str = "evolution"

    def choose(self, question: Question) -> list[Pick]:
        """Take the first children that can be measured; of the pool only what breeding leaves short."""
        stream = (Candidate(child, "offspring", parent.smiles) for child, parent in born(question))
        found = admit(stream, 4 * question.batch, self.limits, set(question.asked), WHOLE)
        able = [c for c in found if not any(o.refusal(c.molecule) for o in self.oracles)][: question.batch]
        picks = [Pick(c, f"offspring of {c.parent}") for c in able]
        # A library's proposals end with its random draw.
        return picks + at_random(question.pool[::-1], question.batch - len(picks))


@dataclass(frozen=True)
class Easiest:
    """Takes the candidates that are easiest to make, to show what a free descriptor alone brings."""

    kind: str = "easiest"

    def choose(self, question: Question) -> list[Pick]:
        """Choose the smallest SA."""
        order = np.argsort(question.exact["sa"], kind="stable")[: question.batch]
        return [Pick(question.pool[i], "easiest to make") for i in order]


def learning(sources: Sequence[Source], oracles: Sequence[Oracle], acquisition: str | None = None) -> Parts:
    """The default surrogate, with the default acquisition or another."""
    surrogate = load("surrogates", template().surrogate.kind)()
    chosen = load("surrogates.acquisitions", acquisition or template().acquisition.kind)()
    return Parts(_begun(sources), oracles, cast(Surrogate, surrogate), cast(Acquisition, chosen))


def unlearning(sources: Sequence[Source], oracles: Sequence[Oracle], acquisition: Acquisition) -> Parts:
    """No surrogate."""
    return Parts(_begun(sources), oracles, NoSurrogate(), acquisition)


def _begun(sources: Sequence[Source]) -> list[Source]:
    """Every arm begins with the same molecules of a seed, as its first source draws them."""
    return [Source(CORPUS, 0.0, INITIAL), *sources]


def generated(instead: str) -> list[Source]:
    """The template's generators, with another part in the seat of its autoencoder."""
    found = []
    for table in template().generators:
        settings = {"kind": instead} if table.kind == "vae" else table.settings
        part = cast(Generator, load("generators", settings["kind"]).model_validate(settings))
        found.append(Source(part, table.share * CANDIDATES / WHOLE, 0))
    return found


def only(generator: Generator, candidates: int) -> list[Source]:
    """One generator."""
    return [Source(generator, candidates / WHOLE, 0)]


ARMS: Mapping[str, Callable[[Sequence[Oracle]], Parts]] = {
    "VAE": lambda oracles: learning(generated("vae"), oracles),
    "pool only": lambda oracles: learning(only(CORPUS, WHOLE), oracles),
    "graph GA": lambda oracles: unlearning(only(CORPUS, 100), oracles, Evolution(limits(), oracles)),
    "graph GA proposes": lambda oracles: learning(generated("graph_ga"), oracles),
    "VAE at random": lambda oracles: learning(only(VAE(prior_share=1.0), 400), oracles, "random"),
    "sort by SA": lambda oracles: unlearning(only(CORPUS, WHOLE), oracles, Easiest()),
}
