"""A small autoencoder, trained once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.corpus.entries import corpus
from generators.latent.codec import Codec
from generators.latent.fit import Fitted, Recipe, fit
from generators.latent.grammar import flat
from generators.latent.weights import Trained, load, save
from loop.molecule import Molecule, parse


@pytest.fixture(scope="session")
def molecules() -> list[Molecule]:
    found = [flat(parse(entry.smiles)) for entry in corpus()[::90]]
    return [molecule for molecule in found if not molecule.charge][:200]


@pytest.fixture(scope="session")
def codec(molecules: list[Molecule]) -> Codec:
    return Codec.learn(molecules, merges=100)


@pytest.fixture(scope="session")
def fitted(codec: Codec, molecules: list[Molecule]) -> Fitted:
    return fit(codec, molecules, Recipe(epochs=30, batch=32, kl=1e-3), seed=0)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, codec: Codec, fitted: Fitted) -> Path:
    made = tmp_path_factory.mktemp("weights")
    save(made, codec, fitted.network, {"note": "a try"})
    return made


@pytest.fixture(scope="session")
def trained(folder: Path) -> Trained:
    return load(folder)
