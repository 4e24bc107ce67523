"""Fitting: the loss really falls, a seed repeats it, and a loss that is not finite stops it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from generators.latent import fit as module
from generators.latent.codec import END, Codec
from generators.latent.evaluate import reconstruction
from generators.latent.fit import Epoch, Fitted, Recipe, batches, fit, padded
from generators.latent.weights import Trained
from loop.molecule import Molecule

SHORT = Recipe(epochs=2, batch=64)


def test_the_loss_falls(fitted: Fitted) -> None:
    assert not fitted.diverged
    assert fitted.history[-1].cross_entropy < 0.25 * fitted.history[0].cross_entropy


def test_what_was_trained_on_is_reconstructed(
    codec: Codec, fitted: Fitted, molecules: list[Molecule]
) -> None:
    assert reconstruction(Trained(codec, fitted.network, ""), molecules) > 0.9


def test_a_seed_repeats_a_training(codec: Codec, molecules: list[Molecule]) -> None:
    first, again = (fit(codec, molecules, SHORT, seed=7) for _ in range(2))
    other = fit(codec, molecules, SHORT, seed=8)
    assert first.history == again.history
    assert other.history != first.history
    for a, b in zip(first.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_every_epoch_is_reported(codec: Codec, molecules: list[Molecule]) -> None:
    seen: list[Epoch] = []
    fitted = fit(codec, molecules, SHORT, 0, seen.append)
    assert fitted.history == tuple(seen)
    assert [epoch.number for epoch in seen] == [1, 2]


def test_a_loss_that_is_not_finite_leaves_the_last_good_weights(
    codec: Codec, molecules: list[Molecule], monkeypatch: pytest.MonkeyPatch
) -> None:
    good: dict[str, Tensor] = {}
    calls = 0
    honest = module.writing_loss

    def breaks_in_the_third_epoch(network: torch.nn.Module, z: Tensor, rows: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        if calls == 2 * steps + 1:
            good.update({k: v.clone() for k, v in network.state_dict().items()})
        return honest(network, z, rows) * (float("nan") if calls == 2 * steps + 2 else 1)  # type: ignore[arg-type]

    steps = len(list(batches(codec.encode(molecules), 64, np.random.default_rng(0))))
    assert steps > 2
    monkeypatch.setattr(module, "writing_loss", breaks_in_the_third_epoch)
    stopped = fit(codec, molecules, Recipe(epochs=5, batch=64), seed=0)
    assert stopped.diverged
    assert [epoch.number for epoch in stopped.history] == [1, 2]
    for name, value in stopped.network.state_dict().items():
        assert torch.equal(value, good[name])


def test_batches_hold_every_row_once(codec: Codec, molecules: list[Molecule]) -> None:
    rows = codec.encode(molecules)
    seen = [
        tuple(t for t in line if t != END)
        for batch in batches(rows, 16, np.random.default_rng(0))
        for line in batch.tolist()
    ]
    assert sorted(seen) == sorted(tuple(row.tolist()) for row in rows)


def test_padding_is_the_end_token() -> None:
    assert padded([np.array([1, 2, 3]), np.array([4])]).tolist() == [[1, 2, 3], [4, END, END]]
