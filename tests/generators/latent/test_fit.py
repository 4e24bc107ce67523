"""Fitting: the loss falls, a seed repeats it, a kill loses nothing, and what is not finite stops it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from generators.latent import fit as module
from generators.latent.codec import Codec
from generators.latent.fit import (
    CheckpointError,
    Ended,
    Epoch,
    Examples,
    Fit,
    Fitted,
    Recipe,
    batches,
    standardise,
)
from generators.latent.rows import Rows
from tests.generators.latent.conftest import untrained

SHORT = Recipe(epochs=2, batch=64)


def same(one: Fitted, other: Fitted) -> bool:
    pairs = zip(one.network.state_dict().values(), other.network.state_dict().values(), strict=True)
    return one.history == other.history and all(torch.equal(a, b) for a, b in pairs)


def test_the_loss_falls(fitted: Fitted) -> None:
    assert fitted.ended is Ended.COMPLETE
    assert fitted.history[-1].cross_entropy < 0.25 * fitted.history[0].cross_entropy
    assert fitted.history[-1].properties < 0.5 * fitted.history[0].properties


def test_properties_are_in_their_units_and_learned_where_measured(
    fitted: Fitted, codec: Codec, examples: Examples
) -> None:
    rows = torch.from_numpy(examples.rows.padded(np.arange(len(examples))))
    with torch.no_grad():
        believed = fitted.network.properties(fitted.network.encode(rows)[0]).numpy()
    measured = ~np.isnan(examples.labels)
    assert (measured[:, 0].sum(), measured[:, 1].sum()) == (len(examples) // 2, len(examples))
    for k in range(2):
        known = measured[:, k]
        error = np.abs(believed[known, k] - examples.labels[known, k]).mean()
        assert error < 0.5 * examples.labels[known, k].std()


def test_a_seed_repeats_a_fit(codec: Codec, examples: Examples) -> None:
    def once(seed: int) -> Fitted:
        return Fit(untrained(codec, examples), examples, SHORT, seed, held_out=examples.rows).run()

    assert same(once(7), once(7))
    assert once(8).history != once(7).history


def test_every_epoch_and_every_step_is_told(codec: Codec, examples: Examples) -> None:
    seen: list[Epoch] = []
    shares: list[float] = []
    fit = Fit(untrained(codec, examples), examples, SHORT, 0)
    assert fit.run(seen.append, shares.append).history == tuple(seen)
    assert [epoch.number for epoch in seen] == [1, 2]
    assert len(shares) == 2 * fit.steps
    assert shares[-1] == 1.0


class _Killed(Exception):
    pass


@pytest.mark.parametrize("at", [2, 4, 6])
def test_a_killed_fit_goes_on_as_if_nothing_had_happened(
    codec: Codec, examples: Examples, tmp_path: Path, at: int
) -> None:
    """Killed in the middle of an epoch, at its end, and in the next; a checkpoint after every step."""
    recipe = replace(SHORT, patience=5)

    def begun() -> Fit:
        checkpoint = tmp_path / "fit.ckpt"
        network = untrained(codec, examples)
        return Fit(network, examples, recipe, 3, held_out=examples.rows, checkpoint=checkpoint, every=0.0)

    calls = 0

    def kill(_: float) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise _Killed

    with pytest.raises(_Killed):
        begun().run(tick=kill)
    again = begun()
    assert again.done > 0
    whole = Fit(untrained(codec, examples), examples, recipe, 3, held_out=examples.rows).run()
    assert same(again.run(), whole)


def test_a_checkpoint_of_another_fit_is_refused(codec: Codec, examples: Examples, tmp_path: Path) -> None:
    file = tmp_path / "fit.ckpt"
    Fit(untrained(codec, examples), examples, SHORT, 0, checkpoint=file).run()
    with pytest.raises(
        CheckpointError, match=r"fit\.ckpt is of a fit with other data, recipe or seed; delete"
    ):
        Fit(untrained(codec, examples), examples, SHORT, 1, checkpoint=file)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=r"is not a checkpoint, or not whole .*; delete .*fit\.ckpt"):
        Fit(untrained(codec, examples), examples, SHORT, 0, checkpoint=file)


def test_what_is_held_out_ends_a_fit_that_learns_by_heart(codec: Codec, examples: Examples) -> None:
    """Twenty molecules over and over: what is held out gets worse, and the best weights are taken."""
    few = Examples(Rows.of([r[r != 0] for r in examples.rows.padded(np.arange(20))]), examples.labels[:20])
    others = Rows.of([r[r != 0] for r in examples.rows.padded(np.arange(100, 200))])
    recipe = Recipe(epochs=200, batch=20, patience=3)
    found = Fit(untrained(codec, examples), few, recipe, 0, held_out=others).run()
    assert found.ended is Ended.EARLY
    heights = [epoch.held_out for epoch in found.history]
    assert int(np.argmin(heights)) == len(heights) - 4
    again = Fit(found.network, few, replace(recipe, epochs=1, learning_rate=1e-12), 0, held_out=others).run()
    assert again.history[0].held_out == pytest.approx(min(heights), rel=1e-4)


def test_a_loss_that_is_not_finite_leaves_the_last_good_weights(
    codec: Codec, examples: Examples, monkeypatch: pytest.MonkeyPatch
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

    fit = Fit(untrained(codec, examples), examples, Recipe(epochs=5, batch=64), seed=0)
    steps = fit.steps
    assert steps > 2
    monkeypatch.setattr(module, "writing_loss", breaks_in_the_third_epoch)
    stopped = fit.run()
    assert stopped.ended is Ended.DIVERGED
    assert [epoch.number for epoch in stopped.history] == [1, 2]
    for name, value in stopped.network.state_dict().items():
        assert torch.equal(value, good[name])


def test_batches_hold_every_example_once(examples: Examples) -> None:
    found = list(batches(examples, 16, (0, 0)))
    assert sorted(np.concatenate(found).tolist()) == list(range(len(examples)))
    padding = [np.ptp(examples.rows.lengths[some]) for some in found]
    assert np.mean(padding) < 0.3 * np.ptp(examples.rows.lengths), "rows of about one length"


def test_weights_say_how_often_an_example_is_drawn(examples: Examples) -> None:
    weights = np.where(np.arange(len(examples)) < 10, 10.0, 1.0)
    weighted = replace(examples, weights=weights)
    drawn = np.concatenate([b for epoch in range(50) for b in batches(weighted, 16, (0, epoch))])
    assert len(drawn) == 50 * len(examples)
    assert (drawn < 10).mean() == pytest.approx(weights[:10].sum() / weights.sum(), rel=0.1)


def test_one_value_has_a_spread_of_one(codec: Codec, examples: Examples) -> None:
    network = untrained(codec, examples)
    labels = np.full_like(examples.labels, np.nan)
    labels[0, 0] = -6.0
    standardise(network, labels)
    assert (float(network.middle[0]), float(network.spread[0])) == (-6.0, 1.0)
