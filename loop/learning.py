"""Whether enough is measured to learn from, and what."""

from __future__ import annotations

from collections.abc import Sequence

from loop.campaign import State
from loop.definition import Definition
from loop.protocols import Evidence
from loop.seats import Parts

ENOUGH_TO_FIT = 4
"""Measurements of every learned property below which the design goes on without a surrogate."""


def evidence_of(definition: Definition, parts: Parts, state: State) -> list[Evidence]:
    """What is known of each objective that is learned."""
    learned = {p.name: p for oracle in parts.oracles if not oracle.exact for p in oracle.properties}
    wanted = {o.property for o in definition.objectives}
    cheaper = {name: learned[other] for name, other in definition.cheaper.items()}
    return [state.evidence(p, cheaper.get(name)) for name, p in learned.items() if name in wanted]


def ready_to_learn(definition: Definition, parts: Parts, state: State) -> bool:
    """Whether every learned objective has enough measurements for a surrogate."""
    return enough(evidence_of(definition, parts, state))


def enough(evidence: Sequence[Evidence]) -> bool:
    """Whether a surrogate can be fitted to each."""
    return all(len(e.molecules) >= ENOUGH_TO_FIT for e in evidence)
