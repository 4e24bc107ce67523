"""What measurements explain of other molecules, put together a block of measurements at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loop.objective import FloatArray
from surrogates.gp.similarity import IndexArray, Molecules


@dataclass(frozen=True, eq=False)
class Working:
    """The working of a prediction, kept because the next one differs by a few measurements only.

    Attributes
    ----------
    asked
        The ``p`` molecules predicted.
    blocks
        Solution of ``factor @ x = covariance(measured, asked)`` in blocks of rows, together ``(n, p)``.
    means, known
        Standardised mean and explained variance of each molecule, shape ``(p,)``.
    """

    asked: Molecules
    blocks: tuple[FloatArray, ...]
    means: FloatArray
    known: FloatArray

    @staticmethod
    def begun(asked: Molecules) -> Working:
        """The working before anything is measured."""
        nothing = np.zeros(len(asked))
        return Working(asked, (), nothing, nothing)

    def told(self, rows: FloatArray, whitened: FloatArray) -> Working:
        """The working with more rows of the solution, and the same rows of ``factor @ x = values``."""
        return Working(
            self.asked,
            (*self.blocks, rows),
            self.means + whitened @ rows,
            self.known + np.einsum("ij,ij->j", rows, rows),
        )

    def only(self, asked: Molecules, rows: IndexArray) -> Working:
        """The working of some of the molecules, which stand in these places."""
        block = np.vstack([block[:, rows] for block in self.blocks])
        return Working(asked, (block,), self.means[rows], self.known[rows])
