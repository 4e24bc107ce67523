"""The command that trains: its three files, and a split that a seed repeats."""

from __future__ import annotations

import json
from pathlib import Path

from generators.latent.train import main, molecules, split
from generators.vae import VAE
from loop.molecule import Limits


def test_the_command_writes_weights_and_their_card(tmp_path: Path) -> None:
    main(["--out", str(tmp_path), "--seed", "3", "--epochs", "8", "--only", "200", "--held-out", "20"])
    training = json.loads((tmp_path / "vae.json").read_text())["training"]
    assert (training["n_training"], training["n_held_out"], training["seed"]) == (200, 20, 3)
    card = (tmp_path / "vae.md").read_text()
    assert f"--out {tmp_path} --seed 3" in card
    assert "{" not in card
    assert VAE(weights=str(tmp_path)).version() != VAE().version()
    VAE(weights=str(tmp_path)).propose([], 3, Limits(), seed=0)


def test_the_split_is_random_seeded_and_complete() -> None:
    everything = molecules()
    training, held_out = split(everything, 500, seed=1)
    assert (len(held_out), set(training) & set(held_out)) == (500, set())
    assert set(training) | set(held_out) == set(everything)
    assert split(everything, 500, seed=1) == (training, held_out)
    assert split(everything, 500, seed=2)[1] != held_out


def test_nothing_charged_and_nothing_large_is_learned() -> None:
    assert all(molecule.charge == 0 and molecule.heavy_atoms <= 20 for molecule in molecules())
