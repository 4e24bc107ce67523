"""Metrics of sets of molecules after MOSES (Polykovskiy et al., 10.3389/fphar.2020.565644).

Each compares what was generated with a reference, and means something only beside its ceiling: what other
real molecules than those of the reference reach in the same number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import BRICS, QED, Crippen, Descriptors, rdFingerprintGenerator
from rdkit.Chem.rdchem import Mol
from rdkit.Chem.Scaffolds import MurckoScaffold
from scipy.stats import wasserstein_distance

from loop.molecule import Molecule

BITS, RADIUS = 1024, 2
"""Of the Morgan fingerprint, as MOSES has it."""

RINGS = 2
"""Rings that a scaffold has at least to count in ``scaffold_similarity``, as MOSES has it."""

CHUNK = 1000

FloatArray = NDArray[np.float64]

_MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=BITS)


def fingerprints(molecules: Sequence[Molecule]) -> NDArray[np.float32]:
    """Morgan bits, shape ``(n, 1024)``."""
    rows = [_MORGAN.GetFingerprintAsNumPy(molecule.rdkit()) for molecule in molecules]
    return np.array(rows, dtype=np.float32).reshape(len(rows), BITS)


def similarities(one: NDArray[np.float32], other: NDArray[np.float32]) -> Iterable[NDArray[np.float32]]:
    """Tanimoto similarities of the rows of one table to those of another, some rows at a time."""
    sizes = other.sum(axis=1)
    for start in range(0, len(one), CHUNK):
        some = one[start : start + CHUNK]
        shared = some @ other.T
        # Two molecules without any bit are equal.
        union = some.sum(axis=1)[:, None] + sizes[None] - shared
        yield np.divide(shared, union, out=np.ones_like(shared), where=union > 0)


def internal_diversity(molecules: Sequence[Molecule], power: int = 1) -> float:
    """1 minus the mean similarity within a set, of power ``p`` and its root; NaN of none."""
    bits = fingerprints(molecules)
    if not len(bits):
        return float("nan")
    total = sum(float((part.astype(np.float64) ** power).sum()) for part in similarities(bits, bits))
    return float(1.0 - (total / len(bits) ** 2) ** (1.0 / power))


def nearest_similarity(molecules: Sequence[Molecule], reference: Sequence[Molecule]) -> float:
    """Mean similarity to the nearest molecule of the reference (SNN); NaN where either is empty."""
    if not molecules or not reference:
        return float("nan")
    parts = similarities(fingerprints(molecules), fingerprints(reference))
    return float(np.concatenate([part.max(axis=1) for part in parts]).mean())


def fragment_similarity(molecules: Sequence[Molecule], reference: Sequence[Molecule]) -> float:
    """Cosine of the counts of BRICS fragments (Degen et al., 10.1002/cmdc.200800178)."""
    counts = (Counter(part for m in some for part in _fragments(m)) for some in (molecules, reference))
    return _cosine(*counts)


def scaffold_similarity(
    molecules: Sequence[Molecule], reference: Sequence[Molecule], rings: int = RINGS
) -> float:
    """Cosine of the counts of Bemis-Murcko scaffolds with at least so many rings."""

    def counted(some: Sequence[Molecule]) -> Counter[str]:
        return Counter(scaffold for scaffold, count in map(_scaffold, some) if count >= rings)

    return _cosine(counted(molecules), counted(reference))


def _logp(mol: Mol) -> float:
    return float(Crippen.MolLogP(mol))  # type: ignore[attr-defined]


def _weight(mol: Mol) -> float:
    return float(Descriptors.MolWt(mol))  # type: ignore[attr-defined]


def _drug_likeness(mol: Mol) -> float:
    return float(QED.qed(mol))  # type: ignore[no-untyped-call]


DISTRIBUTIONS: dict[str, Callable[[Mol], float]] = {
    "logP": _logp,
    "weight": _weight,
    "QED": _drug_likeness,
}
"""Properties whose distributions are compared: Crippen logP, weight in g/mol, QED."""


def distances(molecules: Sequence[Molecule], reference: Sequence[Molecule]) -> dict[str, float]:
    """Wasserstein-1 distance of each of :data:`DISTRIBUTIONS`, in its unit; NaN where either set is empty."""
    if not molecules or not reference:
        return dict.fromkeys(DISTRIBUTIONS, float("nan"))
    return {
        name: float(
            wasserstein_distance([of(m.rdkit()) for m in molecules], [of(m.rdkit()) for m in reference])
        )
        for name, of in DISTRIBUTIONS.items()
    }


@lru_cache(maxsize=100_000)
def _fragments(molecule: Molecule) -> tuple[str, ...]:
    broken = BRICS.BreakBRICSBonds(molecule.rdkit())  # type: ignore[no-untyped-call]
    return tuple(Chem.MolToSmiles(broken).split("."))


@lru_cache(maxsize=100_000)
def _scaffold(molecule: Molecule) -> tuple[str, int]:
    """The scaffold and the number of its rings."""
    scaffold = MurckoScaffold.GetScaffoldForMol(molecule.rdkit())  # type: ignore[no-untyped-call]
    return str(Chem.MolToSmiles(scaffold)), scaffold.GetRingInfo().NumRings()


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    """Of two tables of counts; NaN where either is empty."""
    if not one or not other:
        return float("nan")
    shared = sum(count * other[part] for part, count in one.items())
    lengths = [np.sqrt(sum(count**2 for count in counts.values())) for counts in (one, other)]
    return float(shared / (lengths[0] * lengths[1]))
