"""Fit the surrogates; what cannot be fitted is believed as it was before the last rounds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from loop.campaign import State
from loop.learning import enough
from loop.molecule import Molecule
from loop.protocols import Belief, Evidence, Surrogate

TROUBLES = "not fitted to everything"
"""Under which the notes of a round hold :attr:`Beliefs.troubles`, if there were any."""

NUMERICAL = (ArithmeticError, RuntimeError, ValueError)
"""What linear algebra and optimisers raise; anything else is a mistake in the program, and ends the run."""


@dataclass(frozen=True)
class Beliefs:
    """What is believed of each property that is learned.

    Attributes
    ----------
    by_name
        Property -> belief.
    troubles
        Property -> why the belief is not that of everything measured, in a sentence for a person.
    """

    by_name: Mapping[str, Belief]
    troubles: Mapping[str, str]


def believe(
    surrogate: Surrogate, evidence: Sequence[Evidence], seeds: Mapping[str, int], state: State
) -> Beliefs:
    """Fit to each evidence, or to what was known of it before the last 1, 2, 4, ... rounds.

    Parameters
    ----------
    seeds
        Property -> seed of its fit.

    Raises
    ------
    Exception
        What the fit to everything raised, where none to less succeeds.
    """
    found: dict[str, Belief] = {}
    troubles: dict[str, str] = {}
    for known in evidence:
        name = known.property.name
        try:
            found[name] = surrogate.fit(known, seeds[name])
        except NUMERICAL as error:
            before, found[name] = _earlier(surrogate, known, seeds[name], state, error)
            left_out = len(known.molecules) - len(before.molecules)
            troubles[name] = (
                f"no fit to all {len(known.molecules)} molecules ({type(error).__name__}: {error}); "
                f"the {left_out} of the last rounds are left out"
            )
    return Beliefs(found, troubles)


def _earlier(
    surrogate: Surrogate, known: Evidence, seed: int, state: State, error: Exception
) -> tuple[Evidence, Belief]:
    for recent in _recent(state):
        before = _without(known, recent)
        if not enough([before]):
            break
        try:
            return before, surrogate.fit(before, seed)
        except NUMERICAL:
            continue
    raise error


def _recent(state: State) -> Iterator[set[Molecule]]:
    """Molecules of the last round, of the last two, the last four, and so on."""
    rounds = 1
    while True:
        yield {pick.candidate.molecule for r in state.rounds[-rounds:] for pick in r.picks}
        if rounds >= len(state.rounds):
            return
        rounds *= 2


def _without(known: Evidence, molecules: Collection[Molecule]) -> Evidence:
    kept = np.array([m not in molecules for m in known.molecules], dtype=bool)
    return replace(
        known,
        molecules=tuple(m for m in known.molecules if m not in molecules),
        values=known.values[kept],
        uncertainties=known.uncertainties[kept],
        cheaper=None if known.cheaper is None else _without(known.cheaper, molecules),
    )
