"""Min-max similarity against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from rdkit.Chem import rdFingerprintGenerator

from loop.molecule import Molecule, parse
from surrogates.gp import similarity
from surrogates.gp.descriptors import FARTHEST
from surrogates.gp.features import NAMES, WEIGHTS, descriptors
from surrogates.gp.similarity import distances, minmax
from tests.surrogates.boiling import evidence

MOLECULES = evidence(25).molecules


def by_hand(a: Molecule, b: Molecule) -> float:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2)
    one, two = (generator.GetSparseCountFingerprint(m.rdkit()).GetNonzeroElements() for m in (a, b))
    keys = set(one) | set(two)
    smaller = sum(min(one.get(k, 0), two.get(k, 0)) for k in keys)
    return float(smaller / sum(max(one.get(k, 0), two.get(k, 0)) for k in keys))


def test_minmax_is_the_ratio_of_smaller_to_larger_counts() -> None:
    wanted = [[by_hand(a, b) for b in MOLECULES] for a in MOLECULES[:10]]
    np.testing.assert_allclose(minmax(MOLECULES[:10], MOLECULES), wanted, rtol=1e-6)


def test_counts_tell_chains_apart_that_bits_do_not() -> None:
    hexane, octane = parse("CCCCCC"), parse("CCCCCCCC")
    assert 0.0 < minmax((hexane,), (octane,))[0, 0] < 1.0


def test_molecules_that_share_nothing_have_no_similarity() -> None:
    assert minmax((parse("BrBr"),), (parse("O"), parse("C")))[0].tolist() == [0.0, 0.0]


def test_distances_are_euclidean() -> None:
    a = descriptors(MOLECULES)
    assert a.shape == (25, len(NAMES))
    wanted = np.linalg.norm(a[:, None] - a[None], axis=-1)
    np.testing.assert_allclose(distances(MOLECULES, MOLECULES), wanted, atol=1e-5)


def test_a_pool_remembers_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, others = evidence(60).molecules, evidence(20, start=60).molecules
    plain = [f(pool, others) for f in (minmax, distances)]
    monkeypatch.setattr(similarity, "LARGE", 30)
    monkeypatch.setattr(similarity, "_atlas", [])
    minmax(pool, others[:3]), distances(pool, others[:7])
    for function, wanted in zip((minmax, distances), plain, strict=True):
        np.testing.assert_allclose(function(pool, others), wanted, atol=1e-5)
        np.testing.assert_allclose(function(pool[5:40], others), wanted[5:40], atol=1e-5)
        np.testing.assert_allclose(function(others + pool[:30], pool[:2])[20:], function(pool[:30], pool[:2]))
    monkeypatch.setattr(similarity, "MOST_KEPT", 100)
    monkeypatch.setattr(similarity, "_atlas", [])
    np.testing.assert_allclose(minmax(pool, others), plain[0])


def test_an_outlandish_molecule_stays_within_reach() -> None:
    monster = parse("FC(F)(F)" + "C(F)(F)" * 40 + "F")
    assert np.abs(descriptors((monster,))).max() <= FARTHEST * max(WEIGHTS.values())
