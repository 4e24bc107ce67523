"""The parts that sit in a campaign's seats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loop.design import Design, representative
from loop.protocols import Acquisition, Generator, Oracle, Surrogate


@dataclass(frozen=True)
class Source:
    """A generator and what it is asked for.

    Attributes
    ----------
    share
        Part of every pool, 0 to 1.
    initial
        Molecules of the initial design.
    design
        How these are chosen from what the generator proposes.
    """

    generator: Generator
    share: float
    initial: int
    design: Design = representative


@dataclass(frozen=True)
class Parts:
    """The parts that sit in a campaign's seats."""

    sources: Sequence[Source]
    oracles: Sequence[Oracle]
    surrogate: Surrogate
    acquisition: Acquisition
