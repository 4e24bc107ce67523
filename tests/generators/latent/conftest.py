"""A small autoencoder, trained once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from generators.corpus.entries import corpus
from generators.latent.codec import Codec
from generators.latent.fit import Examples, Fit, Fitted, Recipe, standardise
from generators.latent.model import Autoencoder, Shape
from generators.latent.training import table
from generators.latent.weights import Trained, load, save
from loop.molecule import Molecule, parse

CHIRAL = ("C[C@H](O)C(=O)O", "C[C@@H](O)C(=O)O", "[NH3+][C@@H](CO)C(=O)[O-]", "C/C=C/CO", "C/C=C\\CO")


@pytest.fixture(scope="session")
def molecules() -> list[Molecule]:
    found = [parse(entry.smiles) for entry in corpus()[::90]]
    return [*map(parse, CHIRAL), *[m for m in found if not m.charge][:195]]


@pytest.fixture(scope="session")
def codec(molecules: list[Molecule]) -> Codec:
    return Codec.learn(molecules, merges=100)


@pytest.fixture(scope="session")
def examples(codec: Codec, molecules: list[Molecule]) -> Examples:
    """The molecules, their SA, and a second property of every other one."""
    labels = table(molecules, ("homo", "sa"), {m: {"homo": -0.1 * m.heavy_atoms} for m in molecules[::2]})
    return Examples(codec.rows(molecules), labels)


def untrained(codec: Codec, examples: Examples, seed: int = 0) -> Autoencoder:
    torch.manual_seed(seed)
    network = Autoencoder(Shape(codec.size, ("homo", "sa")))
    network.openings.copy_(torch.tensor(codec.openings))
    standardise(network, examples.labels)
    return network


@pytest.fixture(scope="session")
def fitted(codec: Codec, examples: Examples) -> Fitted:
    return Fit(untrained(codec, examples), examples, Recipe(epochs=30, batch=32, kl=1e-3), seed=0).run()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, codec: Codec, fitted: Fitted) -> Path:
    made = tmp_path_factory.mktemp("weights")
    save(made, codec, fitted.network, {"note": "a try"})
    return made


@pytest.fixture(scope="session")
def trained(folder: Path) -> Trained:
    return load(folder)
