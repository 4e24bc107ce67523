"""Train an autoencoder, measure what was stored, and write its card."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from flows import terminal
from flows.generating.pages import card
from flows.generating.progress import Shown
from flows.versions import versions
from generators.latent.evaluate import DRAWS, SHAPES
from generators.latent.fit import Ended, Fitted
from generators.latent.measure import measure
from generators.latent.training import Data, Plan, prepare, train
from generators.latent.weights import load, save
from loop.protocols import PartError

CHECKPOINT, CARD = "training.ckpt", "vae.md"
PACKAGES = ("torch", "rdkit", "numpy", "safetensors")


class DeviceError(PartError):
    """A device that is not there."""


def train_into(
    out: Path, plan: Plan, device: str, command: str, *, draws: int = DRAWS, shapes: int = SHAPES
) -> Fitted:
    """Train, or go on with a training that was begun in the same folder, and write weights and card.

    Raises
    ------
    DeviceError
        If there is no such device.
    CorpusError, SourceError, MoleculeFileError
        If there is nothing to learn from.
    CheckpointError
        If the folder holds the checkpoint of another training.
    """
    device = _available(device)
    checkpoint = out / CHECKPOINT
    with Shown(terminal.console(stderr=True)) as watcher:
        data = prepare(plan, watcher)
        codec, fitted = train(plan, data, watcher, device=device, checkpoint=checkpoint)
        if fitted.ended is Ended.DIVERGED:
            watcher.tell("the loss stopped being a number; the weights are those of the last complete epoch")
        account = {
            "date": datetime.now(UTC).date().isoformat(),
            "command": command,
            "seed": plan.seed,
            "machine": _machine(device),
            "time": {
                "CPU_seconds_of_fitting": round(fitted.cpu_seconds),
                "seconds_of_fitting": round(fitted.seconds),
                "threads": torch.get_num_threads(),
            },
            "vocabulary": {"symbols": len(codec.symbols), "merges": len(codec.merges)},
            "properties": list(fitted.network.shape.properties),
            "recipe": {**asdict(plan.recipe), "emphasis": plan.emphasis},
            "final": _known(asdict(fitted.history[-1])) if fitted.history else {},
            "ended": str(fitted.ended),
            "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
            "data": list(_told(plan, data)),
            "gathered": [gathered.key for gathered in data.gathered],
        }
        save(out, codec, fitted.network, account)
        trained = load(out)
        figures = measure(trained, plan, data, watcher, draws=draws, shapes=shapes)
    sha256 = save(out, codec, fitted.network, account | {"metrics": _known(asdict(figures))})
    (out / CARD).write_text(card(account, sha256, figures), encoding="utf-8")
    checkpoint.unlink(missing_ok=True)
    return fitted


def _known(value: Any) -> Any:  # noqa: ANN401 - whatever figures hold
    """The same with ``None`` for what is not a number, which JSON has no word for."""
    if isinstance(value, dict):
        return {key: _known(of) for key, of in value.items()}
    if isinstance(value, list | tuple):
        return [_known(of) for of in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _told(plan: Plan, data: Data) -> Iterator[str]:
    for gathered, what in zip(data.gathered, ("compounds", "compounds with measured values"), strict=False):
        for name, counts in gathered.counts.items():
            listed = ", ".join(f"{count} {reason}" for reason, count in counts.items())
            yield f"{what} of {name}: {listed}"
        if gathered.bad:
            yield f"{len(gathered.bad)} lines of files were not usable"
    parts = data.split
    yield (
        f"set aside: {len(parts.random)} at random, {len(parts.scaffold)} of scaffolds that nothing learned "
        f"has (seed {plan.seed}); no stereoisomer of either was learned from"
    )
    yield (
        f"learned from: {len(parts.training)} of the compounds, {len(data.joined)} joined from halves of "
        f"these, {len(data.labelled)} for their measured values"
    )


def _available(device: str) -> str:
    found = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "auto":
        return found
    if device not in ("cpu", found):
        raise DeviceError(f"there is no device '{device}' that PyTorch can use here; {found} is")
    return device


def _machine(device: str) -> str:
    known = versions()
    at = torch.cuda.get_device_name() if device == "cuda" else "CPU"
    return f"{at}; {known['system']}, {known['cores']} cores"
