"""Molecules as short rows of integers: symbols of their sentences, merged pairwise by byte-pair encoding.

Byte-pair encoding (Sennrich et al., 10.18653/v1/P16-1162) joins the most frequent neighbouring pair again and
again, so that a carboxyl group or a ring becomes one token and a molecule takes about 5 tokens, not 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from generators.latent.reading import to_molecule
from generators.latent.rows import END, IntArray, Rows
from generators.latent.spelling import to_symbols
from generators.latent.symbols import is_atom
from loop.molecule import Molecule, MoleculeError


@dataclass(frozen=True)
class Codec:
    """A vocabulary: token 0 ends, then one token per symbol, then one per merge.

    Attributes
    ----------
    symbols
        Of the language of molecules; ``symbols[i]`` is token ``i + 1``.
    merges
        Pairs of tokens; the ``k``-th pair is token ``len(symbols) + 1 + k``.
    """

    symbols: tuple[str, ...]
    merges: tuple[tuple[int, int], ...]

    @classmethod
    def learn(cls, molecules: Sequence[Molecule], merges: int) -> Codec:
        """Collect the symbols of the molecules and merge the most frequent pair ``merges`` times.

        A molecule that the language has no words for adds none.
        """
        rows = [row for row in map(_symbols, molecules) if row]
        symbols = tuple(sorted({symbol for row in rows for symbol in row}))
        stream = cls(symbols, ())._stream(rows)
        pairs: list[tuple[int, int]] = []
        for _ in range(merges):
            pair = _most_frequent(stream, size=len(symbols) + 1 + len(pairs))
            if pair is None:
                break
            pairs.append(pair)
            stream = _merge(stream, pair, len(symbols) + len(pairs))
        return cls(symbols, tuple(pairs))

    @property
    def size(self) -> int:
        """Number of tokens, the end included."""
        return 1 + len(self.symbols) + len(self.merges)

    @cached_property
    def openings(self) -> tuple[bool, ...]:
        """For each token, whether a molecule may begin with it: its first symbol is an atom's."""
        begins = [False, *map(is_atom, self.symbols)]
        for left, _ in self.merges:
            begins.append(begins[left])
        return tuple(begins)

    def knows(self, molecule: Molecule) -> bool:
        """Whether the vocabulary can spell the molecule."""
        row = _symbols(molecule)
        return bool(row) and all(symbol in self._numbers for symbol in row)

    def encode(self, molecules: Sequence[Molecule]) -> list[IntArray]:
        """Return one row of tokens per molecule, without the end token.

        Raises
        ------
        MoleculeError
            If a molecule has a symbol that the vocabulary lacks, or no sentence.
        """
        if not molecules:
            return []
        stream = self._stream([to_symbols(molecule) for molecule in molecules])
        first = len(self.symbols) + 1
        for k, pair in enumerate(self.merges):
            stream = _merge(stream, pair, first + k)
        after = np.flatnonzero(stream == END) + 1
        return [row[:-1] for row in np.split(stream, after)[:-1]]

    def rows(self, molecules: Sequence[Molecule]) -> Rows:
        """The same, packed.

        Raises
        ------
        MoleculeError
            See :meth:`encode`.
        """
        return Rows.of(self.encode(molecules))

    def sentence(self, tokens: Sequence[int]) -> tuple[str, ...]:
        """Symbols of a row of tokens, read up to the first end token."""
        spelled: list[str] = []
        for token in tokens:
            if token == END:
                break
            spelled += self._spelling[token]
        return tuple(spelled)

    def decode(self, tokens: Sequence[int]) -> Molecule:
        """Molecule of a row of tokens.

        Raises
        ------
        MoleculeError
            If the row has no atom.
        """
        return to_molecule(self.sentence(tokens))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {symbol: i for i, symbol in enumerate(self.symbols, start=1)}

    @cached_property
    def _spelling(self) -> list[tuple[str, ...]]:
        spelling = [(), *((symbol,) for symbol in self.symbols)]
        for left, right in self.merges:
            spelling.append(spelling[left] + spelling[right])
        return spelling

    def _stream(self, rows: Sequence[Sequence[str]]) -> IntArray:
        """All rows in one array, an end token after each."""
        try:
            return np.array([n for row in rows for n in (*map(self._numbers.__getitem__, row), END)])
        except KeyError as error:
            raise MoleculeError(f"the vocabulary has no symbol {error.args[0]}") from error


def _symbols(molecule: Molecule) -> tuple[str, ...]:
    """The sentence of a molecule, empty where there is none."""
    try:
        return to_symbols(molecule)
    except MoleculeError:
        return ()


def _most_frequent(stream: IntArray, size: int) -> tuple[int, int] | None:
    """Most frequent pair of neighbours, ties to the smaller tokens; ``None`` where none occurs twice."""
    inside = (stream[:-1] != END) & (stream[1:] != END)
    codes = stream[:-1][inside] * size + stream[1:][inside]
    counts = np.bincount(codes, minlength=1)
    best = int(counts.argmax())
    return (best // size, best % size) if counts[best] > 1 else None


def _merge(stream: IntArray, pair: tuple[int, int], token: int) -> IntArray:
    """Replace every occurrence of the pair by the token, from the left where occurrences overlap."""
    left, right = pair
    hits = np.flatnonzero((stream[:-1] == left) & (stream[1:] == right))
    if left == right and len(hits):
        runs = np.concatenate([[0], np.cumsum(np.diff(hits) != 1)])
        starts = np.concatenate([[True], np.diff(runs) != 0])
        place = np.arange(len(hits)) - np.flatnonzero(starts)[runs]
        hits = hits[place % 2 == 0]
    merged = stream.copy()
    merged[hits] = token
    return np.delete(merged, hits + 1)
