"""Rows of tokens of many molecules, kept in one array and padded a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

END = 0
"""Token that ends a molecule, stands before its first token and pads a batch."""


@dataclass(frozen=True)
class Rows:
    """Rows of different lengths.

    Attributes
    ----------
    tokens
        All rows one after the other, shape ``(sum of lengths,)``, and a last ``END``.
    starts
        Where each row starts, and where the last one ends; shape ``(n + 1,)``.
    """

    tokens: NDArray[np.int32]
    starts: IntArray

    @classmethod
    def of(cls, rows: Sequence[IntArray]) -> Rows:
        """Pack rows, none of which holds the end token."""
        starts = np.cumsum([0, *map(len, rows)])
        return cls(np.concatenate([*rows, [END]]).astype(np.int32), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> IntArray:
        """Tokens of each row."""
        return np.diff(self.starts)

    def padded(self, which: IntArray) -> IntArray:
        """Some rows, filled up with the end token; shape ``(len(which), longest of them)``."""
        lengths = self.lengths[which]
        columns = np.arange(lengths.max(initial=1))
        within = columns < lengths[:, None]
        # What lies outside a row is read from the last place of all, which holds the end token.
        places = np.where(within, self.starts[which][:, None] + columns, len(self.tokens) - 1)
        return self.tokens[places].astype(np.int64)
