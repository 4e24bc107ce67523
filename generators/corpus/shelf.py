"""The part of a list that lies inside a campaign's limits, worked out once and only as far as it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from generators.corpus.entries import Entry
from loop.molecule import Limits, Molecule, fingerprint, parse, similarities
from loop.records import Candidate


class Shelf:
    """A list of entries seen through limits.

    Checking a molecule takes about 0.3 ms, so a shelf remembers what it has checked; keep one with
    :func:`shelf_of`.

    Parameters
    ----------
    entries
        The list.
    limits
        What the campaign considers.
    """

    def __init__(self, entries: Sequence[Entry], limits: Limits) -> None:
        self._entries = entries
        self._limits = limits
        self._inside: dict[int, Molecule | None] = {}
        self._molecules: list[Molecule] = []

    def __len__(self) -> int:
        return len(self._entries)

    def molecule(self, index: int) -> Molecule | None:
        """Return the molecule at a position, or ``None`` if it lies outside the limits."""
        if index not in self._inside:
            molecule = parse(self._entries[index].smiles)
            self._inside[index] = molecule if self._limits.refusal(molecule) is None else None
        return self._inside[index]

    def candidate(self, index: int, parent: str | None = None) -> Candidate | None:
        """Return the candidate at a position, or ``None`` if it lies outside the limits."""
        molecule, entry = self.molecule(index), self._entries[index]
        return Candidate(molecule, entry.origin, parent, entry.name) if molecule else None

    def draw(self, rng: np.random.Generator) -> Iterator[int]:
        """Yield every position inside the limits once, in random order."""
        return self._admitted(rng.permutation(len(self._entries)))

    def neighbours(self, incumbents: Sequence[Molecule]) -> Iterator[tuple[int, Molecule]]:
        """Yield every position inside the limits with its closest incumbent, the most similar first."""
        to_each = self._similarities(incumbents)
        closest = to_each.argmax(axis=0)
        order = np.argsort(-to_each.max(axis=0), kind="stable")
        return ((index, incumbents[closest[index]]) for index in self._admitted(order))

    def _admitted(self, order: Iterable[int]) -> Iterator[int]:
        return (int(index) for index in order if self.molecule(int(index)) is not None)

    def _similarities(self, incumbents: Sequence[Molecule]) -> NDArray[np.float64]:
        """Tanimoto similarities, shape ``(n_incumbents, n_entries)``."""
        if not self._molecules:
            self._molecules = [_ready(entry.smiles) for entry in self._entries]
        return np.stack([similarities(incumbent, self._molecules) for incumbent in incumbents])


def _ready(smiles: str) -> Molecule:
    """Parse and take the fingerprint at once, while RDKit's molecule is still at hand."""
    molecule = parse(smiles)
    fingerprint(molecule)
    return molecule


def shelf_of(entries: tuple[Entry, ...], limits: Limits) -> Shelf:
    """Return the shelf of a list and limits, the same one while the process lives."""
    settings = {field.name: getattr(limits, field.name) for field in fields(limits)}
    return _shelf(entries, json.dumps(settings | {"exclude": dict(limits.exclude)}))


@lru_cache(maxsize=8)
def _shelf(entries: tuple[Entry, ...], settings: str) -> Shelf:
    """Limits hold a mapping, which has no hash; they travel as text."""
    read = json.loads(settings)
    return Shelf(entries, Limits(**(read | {"elements": tuple(read["elements"])})))
