"""What a tree sees of a molecule: standardised descriptors and folded counts of its environments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loop.molecule import Molecule
from surrogates.gp.features import codes, descriptors

Inputs = NDArray[np.float32]


def inputs(molecules: Sequence[Molecule], bins: int) -> Inputs:
    """Rows of inputs, shape ``(n, n_descriptors + bins)``, in the 4 bytes that trees compare.

    Parameters
    ----------
    bins
        Columns that the hash codes of counted environments are folded into; 0 leaves them out.
    """
    described = descriptors(molecules).astype(np.float32)
    if not bins:
        return described
    found = codes(molecules)
    rows = np.repeat(np.arange(len(found)), [len(c) for c in found])
    places = rows * bins + (np.concatenate(found) % bins).astype(np.intp)
    counts = np.bincount(places, minlength=len(found) * bins).reshape(len(found), bins)
    return np.hstack([described, counts.astype(np.float32)])
