"""The metrics of MOSES, worked out another way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rdkit import DataStructs
from rdkit.Chem import rdFingerprintGenerator

from generators.corpus.entries import corpus
from generators.evaluation import moses
from loop.molecule import Molecule, parse

SOME = [parse(entry.smiles) for entry in corpus()[300:420]]
OTHERS = [parse(entry.smiles) for entry in corpus()[420:500]]


def similarity(one: Molecule, other: Molecule) -> float:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=1024)
    return float(DataStructs.TanimotoSimilarity(*(generator.GetFingerprint(m.rdkit()) for m in (one, other))))


def test_diversity_is_one_minus_the_mean_similarity() -> None:
    every = np.array([[similarity(a, b) for a in SOME] for b in SOME])
    assert moses.internal_diversity(SOME) == pytest.approx(1 - every.mean(), abs=1e-6)
    assert moses.internal_diversity(SOME, 2) == pytest.approx(1 - math.sqrt((every**2).mean()), abs=1e-6)
    assert moses.internal_diversity(SOME[:1] * 3) == pytest.approx(0.0, abs=1e-6)


def test_the_nearest_of_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    nearest = [max(similarity(a, b) for b in OTHERS) for a in SOME]
    assert moses.nearest_similarity(SOME, OTHERS) == pytest.approx(float(np.mean(nearest)), abs=1e-6)
    whole = moses.nearest_similarity(SOME, OTHERS)
    monkeypatch.setattr(moses, "CHUNK", 7)
    assert moses.nearest_similarity(SOME, OTHERS) == pytest.approx(whole, abs=1e-6)
    assert moses.nearest_similarity(SOME, SOME) == pytest.approx(1.0, abs=1e-6)


def test_fragments_and_scaffolds_by_hand() -> None:
    # BRICS cuts anisole between oxygen and ring.
    anisole, toluene = parse("COc1ccccc1"), parse("Cc1ccccc1")
    assert moses.fragment_similarity([anisole], [anisole, anisole]) == pytest.approx(1.0)
    assert moses.fragment_similarity([anisole], [toluene]) == pytest.approx(0.0)
    biphenyl, naphthalene = parse("c1ccc(-c2ccccc2)cc1"), parse("c1ccc2ccccc2c1")
    assert moses.scaffold_similarity([toluene], [toluene], rings=1) == pytest.approx(1.0)
    assert math.isnan(moses.scaffold_similarity([toluene], [toluene])), "MOSES asks for two rings"
    found = moses.scaffold_similarity([biphenyl, biphenyl, naphthalene], [biphenyl])
    assert found == pytest.approx(2 / math.sqrt(5))


def test_distances_of_a_set_from_itself_and_from_another() -> None:
    assert moses.distances(SOME, SOME) == pytest.approx({"logP": 0.0, "weight": 0.0, "QED": 0.0})
    assert moses.distances([parse("CO")], [parse("CCO")])["weight"] == pytest.approx(14.027, abs=1e-3)


def test_of_nothing_nothing_is_known() -> None:
    for found in (
        moses.internal_diversity([]),
        moses.nearest_similarity([], SOME),
        moses.fragment_similarity(SOME, []),
        *moses.distances([], SOME).values(),
    ):
        assert math.isnan(found)
