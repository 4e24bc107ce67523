"""What a Gaussian process sees of a molecule, computed once per molecule and kept.

Two views: counted Morgan environments for the min-max kernel, and a fixed list of descriptors for the Matern
kernel: those of the graph, and those learned from cheap calculations. Both depend on the molecule alone,
never on the measurements, so that every property, round and simulation shares them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import rdFingerprintGenerator

from loop.molecule import Molecule
from loop.objective import FloatArray
from surrogates.gp import descriptors as graph
from surrogates.learned import network
from surrogates.learned.network import folded, shipped

NAMES = (*graph.NAMES, *network.OUTPUTS)
"""Names of the descriptors, in the order of the vector."""

WEIGHTS: Mapping[str, float] = {
    "pi homo": 3.0,
    "pi lumo": 3.0,
    "dipole moment": 4.0,
    "learned homo": 4.0,
    "learned lumo": 4.0,
    "learned dipole": 4.0,
}
"""What a standard deviation of a descriptor counts where that is not 1."""

KEPT = 120_000
"""Molecules whose features stay in memory (about 1.5 kB each)."""

_LEVELS = 256
_MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=2)
_WEIGHTS = np.array([WEIGHTS.get(name, 1.0) for name in NAMES])

Environments = Mapping[int, int]


def views(molecule: Molecule) -> tuple[Environments, FloatArray]:
    """Counted environments and standardised descriptors of the graph, from one parse of the SMILES.

    Environments are Morgan's, of radius 2, unfolded: hash -> count (Rogers & Hahn, 10.1021/ci100050t).
    """
    mol = molecule.rdkit()
    counts: Environments = _MORGAN.GetSparseCountFingerprint(mol).GetNonzeroElements()
    return counts, graph.standardised(np.array(graph.raw(molecule, mol)))


@lru_cache(maxsize=KEPT)
def features(molecule: Molecule) -> tuple[NDArray[np.uint64], FloatArray]:
    """Return both views of one molecule.

    Returns
    -------
    steps
        Thermometer code of the counted environments: one seen ``c`` times gives ``c`` distinct integers, so
        that the integers two molecules share are the sum of the smaller counts. Shape ``(sum of counts,)``.
    values
        Standardised and weighted descriptors, shape ``(len(NAMES),)``.
    """
    counts, described = views(molecule)
    steps = [code * _LEVELS + step for code, count in counts.items() for step in range(min(count, _LEVELS))]
    learned = shipped()(*folded(counts), described)
    return np.array(steps, dtype=np.uint64), np.concatenate([described, learned]) * _WEIGHTS


def thermometers(molecules: Sequence[Molecule]) -> list[NDArray[np.uint64]]:
    """Thermometer codes of several molecules."""
    return [features(molecule)[0] for molecule in molecules]


def descriptors(molecules: Sequence[Molecule]) -> FloatArray:
    """Standardised and weighted descriptors of several molecules, shape ``(n, len(NAMES))``."""
    return np.array([features(molecule)[1] for molecule in molecules])
