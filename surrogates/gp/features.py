"""What a Gaussian process sees of a molecule, computed once per molecule and kept.

Two views: counted Morgan environments for the min-max kernel, and a fixed list of two-dimensional
descriptors for the Matern kernel. Both depend on the molecule alone, never on a training set, so that
every property, round and simulation shares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import rdFingerprintGenerator

from loop.molecule import Molecule
from loop.objective import FloatArray
from surrogates.gp.descriptors import raw, standardised

KEPT = 120_000
"""Molecules whose features stay in memory (about 1.5 kB each)."""

_LEVELS = 256
_MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=2)


@lru_cache(maxsize=KEPT)
def features(molecule: Molecule) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """Return both views of one molecule, from one parse of its SMILES.

    Returns
    -------
    steps
        Thermometer code of the counted Morgan environments (radius 2, unfolded; Rogers & Hahn,
        10.1021/ci100050t): an environment seen ``c`` times gives ``c`` distinct integers, so that the
        integers two molecules share are the sum of the smaller counts. Shape ``(sum of counts,)``.
    values
        Raw descriptors, see :mod:`surrogates.gp.descriptors`, shape ``(n_descriptors,)``.
    """
    mol = molecule.rdkit()
    counts = _MORGAN.GetSparseCountFingerprint(mol).GetNonzeroElements()
    steps = [code * _LEVELS + step for code, count in counts.items() for step in range(min(count, _LEVELS))]
    return np.array(steps, dtype=np.uint64), np.array(raw(molecule, mol))


def thermometers(molecules: Sequence[Molecule]) -> list[NDArray[np.uint64]]:
    """Thermometer codes of several molecules."""
    return [features(molecule)[0] for molecule in molecules]


def codes(molecules: Sequence[Molecule]) -> list[NDArray[np.uint64]]:
    """Environments of several molecules as hash codes, one as often as it is seen."""
    return [steps // _LEVELS for steps in thermometers(molecules)]


def descriptors(molecules: Sequence[Molecule]) -> FloatArray:
    """Standardised descriptors of several molecules, shape ``(n, n_descriptors)``."""
    return standardised(np.array([features(molecule)[1] for molecule in molecules]))
