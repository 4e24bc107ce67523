"""How proposals fared, told to the molecules they were derived from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loop.campaign import State
from loop.definition import Definition
from loop.metrics import pareto_mask
from loop.molecule import Molecule
from loop.objective import FloatArray, gains
from loop.protocols import Incumbent


def incumbents(definition: Definition, state: State, most: int) -> list[Incumbent]:
    """At most so many molecules of the Pareto set, the best balanced first, each with its fates."""
    told = fates(definition, state)
    return [Incumbent(m, told.get(m.smiles, ())) for m in state.pareto(definition.objectives)[:most]]


def fates(definition: Definition, state: State) -> dict[str, tuple[tuple[str, bool], ...]]:
    """SMILES of a molecule -> how what was proposed from it and from its ancestors fared, the oldest first.

    A proposal did well where nothing measured up to its round, the round included, is better in everything;
    one that is not measured in full tells nothing.
    """
    found: dict[str, tuple[tuple[str, bool], ...]] = {}
    best = _best_by_round(definition, state)
    complete = set(state.complete(definition.objectives)[0])
    for a_round in state.rounds:
        for pick in a_round.picks:
            candidate = pick.candidate
            if candidate.parent is None or candidate.molecule not in complete:
                continue
            fate = candidate.origin, candidate.molecule in best[a_round.number]
            before = found.get(candidate.parent, ())
            found[candidate.parent] = (*before, fate)
            found[candidate.molecule.smiles] = (*before, fate)
    return found


def _best_by_round(definition: Definition, state: State) -> dict[int, frozenset[Molecule]]:
    molecules, table = state.complete(definition.objectives)
    if not molecules:
        return {r.number: frozenset() for r in state.rounds}
    reached = gains(definition.objectives, table)
    opened = {p.candidate.molecule: r.number for r in state.rounds for p in r.picks}
    number = np.array([opened[m] for m in molecules])
    return {r.number: _front(molecules, reached, number <= r.number) for r in state.rounds}


def _front(
    molecules: Sequence[Molecule], reached: FloatArray, there: NDArray[np.bool_]
) -> frozenset[Molecule]:
    places = np.flatnonzero(there)
    return frozenset(molecules[int(i)] for i in places[pareto_mask(reached[places])])
