"""Which neighbours share a double bond: a largest matching of a small graph."""

from __future__ import annotations

from collections.abc import Iterable


def pairs(bonds: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pair neighbours so that as many atoms as possible have a partner, each one at most.

    The atom with the fewest neighbours left takes the neighbour that has the fewest (Karp & Sipser,
    10.1109/SFCS.1981.21). Where someone stays alone, it is tried again from each bond in turn.
    """
    edges = sorted(set(bonds))
    if not edges:
        return []
    neighbours: dict[int, set[int]] = {}
    for one, other in edges:
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    best = _greedy(neighbours, [])
    for first in edges:
        if 2 * len(best) >= len(neighbours) - 1:
            break
        best = max(best, _greedy(neighbours, [first]), key=len)
    return best


def _greedy(neighbours: dict[int, set[int]], chosen: list[tuple[int, int]]) -> list[tuple[int, int]]:
    left = {atom: set(others) for atom, others in neighbours.items()}
    found = list(chosen)
    for pair in chosen:
        _take(left, pair)
    while True:
        alone = min(
            (a for a, others in left.items() if others), key=lambda a: (len(left[a]), a), default=None
        )
        if alone is None:
            return found
        partner = min(left[alone], key=lambda a: (len(left[a]), a))
        found.append((min(alone, partner), max(alone, partner)))
        _take(left, (alone, partner))


def _take(left: dict[int, set[int]], pair: tuple[int, int]) -> None:
    for atom in pair:
        for other in left.pop(atom):
            if other in left:
                left[other].discard(atom)
