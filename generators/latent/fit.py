"""Fitting the autoencoder: AdamW, one cosine of the learning rate, batches of rows of similar length.

A fit is a function of its examples, recipe and seed alone: order and noise of every step follow from the seed
and its number, so that a fit goes on from a checkpoint as if nothing had happened.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from generators.latent.model import Autoencoder
from generators.latent.rows import END, IntArray, Rows
from loop.protocols import PartError

SORTED_TOGETHER = 20
"""Batches whose rows are sorted by length among themselves, so that little is padded."""

JUDGED = 2000
"""Held-out rows whose cross-entropy is worked out after every epoch."""


class CheckpointError(PartError):
    """A checkpoint that this fit cannot go on from; the message says why."""


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes
    ----------
    epochs
        Passes over the examples, or as many draws by weight as there are.
    batch
        Molecules per step.
    learning_rate
        Of AdamW at its highest; it rises over ``warmup`` of the steps and falls to zero along a cosine.
    kl
        Weight of the Kullback-Leibler term (nats per molecule) against the cross-entropy (nats per token).
    properties
        Weight of the squared error of the properties, each in units of its spread.
    largest_gradient
        Norm at which the gradient is clipped.
    patience
        Epochs in a row without a lower cross-entropy of what is held out, before the fit ends and the best
        weights are taken; 0 goes through all epochs and takes the last.
    """

    epochs: int = 8
    batch: int = 128
    learning_rate: float = 3e-3
    warmup: float = 0.02
    kl: float = 4e-3
    properties: float = 0.5
    largest_gradient: float = 1.0
    patience: int = 0


@dataclass(frozen=True)
class Examples:
    """What is learned from.

    Attributes
    ----------
    rows
        Molecules.
    labels
        Measured properties in the order of the network's, in their units, NaN where not measured; shape
        ``(n, properties)``.
    weights
        How often each is drawn relative to others, shape ``(n,)``; all alike by default.
    """

    rows: Rows
    labels: NDArray[np.float64]
    weights: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def key(self) -> str:
        """Digest of all of it."""
        found = hashlib.sha256()
        for part in (self.rows.tokens, self.rows.starts, self.labels, self.weights):
            found.update(b"-" if part is None else np.ascontiguousarray(part).tobytes())
        return found.hexdigest()


@dataclass(frozen=True)
class Epoch:
    """Means over one pass.

    Attributes
    ----------
    cross_entropy, held_out
        In nats per token: of the training rows, written from a point of their posterior, and of rows held
        out, written from the mean; the latter NaN where none are.
    divergence
        In nats per molecule.
    properties
        Squared error of the properties, in units of their spread; NaN where none are measured.
    """

    number: int
    cross_entropy: float
    divergence: float
    properties: float
    held_out: float


class Ended(StrEnum):
    """Why a fit is over."""

    COMPLETE = "all epochs done"
    EARLY = "what is held out is written no better"
    DIVERGED = "a loss that is not finite"


@dataclass(frozen=True)
class Fitted:
    """A fitted network on the CPU, its history, why the fit ended, and what it took, all goes together."""

    network: Autoencoder
    history: tuple[Epoch, ...]
    ended: Ended
    cpu_seconds: float
    seconds: float


@dataclass
class _Progress:
    """Everything about a fit that changes, the network aside."""

    step: int = 0
    totals: list[list[float]] = field(default_factory=list)
    history: list[Epoch] = field(default_factory=list)
    best: dict[str, Tensor] = field(default_factory=dict)
    lowest: float = math.inf
    since: int = 0
    cpu_seconds: float = 0.0
    seconds: float = 0.0


class Fit:
    """A fit of a network to examples.

    Parameters
    ----------
    network
        Where the fit starts; changed in place.
    held_out
        Rows to judge by, not among the examples.
    device
        Of PyTorch: ``cpu`` or ``cuda``, where half precision (bfloat16) is used for products.
    checkpoint
        File from which the fit goes on if there is one, and which is written every ``every`` seconds.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another fit, or not whole.
    """

    def __init__(
        self,
        network: Autoencoder,
        examples: Examples,
        recipe: Recipe,
        seed: int,
        *,
        held_out: Rows | None = None,
        device: str = "cpu",
        checkpoint: Path | None = None,
        every: float = 60.0,
    ) -> None:
        self.recipe = recipe
        self._examples, self._held_out, self._seed = examples, held_out, seed
        self._network = network.to(device).train()
        self._device = torch.device(device)
        self._checkpoint, self._every = checkpoint, every
        self._optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate)
        self._now = _Progress(best=_copied(network))
        self._began = time.process_time(), time.monotonic()
        if checkpoint is not None and checkpoint.exists():
            self._resume(checkpoint)

    @property
    def steps(self) -> int:
        """Steps of one epoch."""
        return math.ceil(len(self._examples) / self.recipe.batch)

    @property
    def done(self) -> float:
        """Share of all steps that are taken."""
        return self._now.step / (self.recipe.epochs * self.steps)

    def run(
        self,
        report: Callable[[Epoch], None] = lambda _: None,
        tick: Callable[[float], None] = lambda _: None,
    ) -> Fitted:
        """Fit, from where it stands.

        Parameters
        ----------
        report
            Called after every epoch.
        tick
            Called after every step with the share of all steps that are taken.
        """
        now = self._now
        written = time.monotonic()
        while now.step < self.recipe.epochs * self.steps:
            number, skip = divmod(now.step, self.steps)
            for which in list(batches(self._examples, self.recipe.batch, (self._seed, number)))[skip:]:
                losses = self._step(which)
                if losses is None:
                    return self._ended(Ended.DIVERGED)
                now.step += 1
                now.totals.append(losses)
                tick(self.done)
                if self._checkpoint is not None and time.monotonic() - written > self._every:
                    self._store(self._checkpoint)
                    written = time.monotonic()
            report(self._close_epoch(number + 1))
            if self.recipe.patience and now.since >= self.recipe.patience:
                return self._ended(Ended.EARLY)
        return self._ended(Ended.COMPLETE)

    def _step(self, which: IntArray) -> list[float] | None:
        """One step; cross-entropy, divergence and error of properties, or ``None`` if the loss is not finite.

        The network is left alone where the loss is not finite.
        """
        recipe, now = self.recipe, self._now
        rows = torch.from_numpy(self._examples.rows.padded(which)).to(self._device)
        labels = torch.from_numpy(self._examples.labels[which]).to(self._device, torch.float32)
        generator = torch.Generator().manual_seed(_child(self._seed, "noise", now.step))
        noise = torch.randn((len(which), self._network.shape.latent), generator=generator).to(self._device)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._device.type == "cuda"):
            mean, log_variance = self._network.encode(rows)
            z = mean + noise * (log_variance / 2).exp()
            writing = writing_loss(self._network, z, rows)
            error = judging_loss(self._network, z, labels)
        divergence = 0.5 * (mean.float() ** 2 + log_variance.exp() - 1 - log_variance).sum(1).mean()
        loss = writing + recipe.kl * divergence + recipe.properties * error
        if not torch.isfinite(loss):
            return None
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self._network.parameters(), recipe.largest_gradient)
        if not torch.isfinite(norm):
            return None
        rate = recipe.learning_rate * _rise_and_fall(self.done, recipe.warmup)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        measured = bool(torch.isfinite(labels).any())
        return [writing.item(), divergence.item(), error.item() if measured else math.nan]

    def _close_epoch(self, number: int) -> Epoch:
        now = self._now
        table = np.array(now.totals)
        labelled = table[~np.isnan(table[:, 2]), 2]
        epoch = Epoch(
            number,
            float(table[:, 0].mean()),
            float(table[:, 1].mean()),
            float(labelled.mean()) if len(labelled) else math.nan,
            self._judged(),
        )
        now.totals.clear()
        now.history.append(epoch)
        if not self.recipe.patience or epoch.held_out < now.lowest:
            now.best, now.lowest, now.since = _copied(self._network), epoch.held_out, 0
        else:
            now.since += 1
        if self._checkpoint is not None:
            self._store(self._checkpoint)
        return epoch

    @torch.no_grad()
    def _judged(self) -> float:
        """Cross-entropy of what is held out, in nats per token."""
        if self._held_out is None or not len(self._held_out):
            return math.nan
        self._network.eval()
        which = np.arange(min(JUDGED, len(self._held_out)))
        total, tokens = 0.0, 0
        for some in np.array_split(which, math.ceil(len(which) / 500)):
            rows = torch.from_numpy(self._held_out.padded(some)).to(self._device)
            size = int((rows != END).sum()) + len(rows)
            total += writing_loss(self._network, self._network.encode(rows)[0], rows).item() * size
            tokens += size
        self._network.train()
        return total / tokens

    def _ended(self, why: Ended) -> Fitted:
        network = self._network.cpu()
        network.load_state_dict(self._now.best)
        return Fitted(network.eval(), tuple(self._now.history), why, *self._spent)

    @property
    def _spent(self) -> tuple[float, float]:
        """CPU seconds and seconds on the clock, those before the checkpoint included."""
        cpu, clock = self._began
        return (
            self._now.cpu_seconds + time.process_time() - cpu,
            self._now.seconds + time.monotonic() - clock,
        )

    @property
    def _key(self) -> str:
        """Digest of what the fit is a function of, the starting weights aside."""
        about = [self._examples.key, asdict(self.recipe), asdict(self._network.shape), self._seed]
        return hashlib.sha256(json.dumps(about).encode()).hexdigest()

    def _store(self, path: Path) -> None:
        """In one step: a kill leaves the old checkpoint or the new one."""
        now = self._now
        account = {
            "key": self._key,
            **{name: getattr(now, name) for name in ("step", "totals", "lowest", "since")},
            "history": [asdict(epoch) for epoch in now.history],
            **dict(zip(("cpu_seconds", "seconds"), self._spent, strict=True)),
        }
        content = io.BytesIO()
        state = {"network": self._network.state_dict(), "optimizer": self._optimizer.state_dict()}
        torch.save({**state, "best": now.best, "account": json.dumps(account)}, content)
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_name(f"{path.name}.{os.getpid()}")
        with own.open("wb") as file:
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        own.replace(path)

    def _resume(self, path: Path) -> None:
        again = f"delete {path} to begin anew"
        try:
            found: Mapping[str, Any] = torch.load(path, map_location=self._device, weights_only=True)
            account = json.loads(found["account"])
        except Exception as error:  # torch raises whatever its unpickler met
            raise CheckpointError(f"{path} is not a checkpoint, or not whole ({error}); {again}") from error
        if account["key"] != self._key:
            raise CheckpointError(f"{path} is of a fit with other data, recipe or seed; {again}")
        self._network.load_state_dict(found["network"])
        self._optimizer.load_state_dict(found["optimizer"])
        history = [Epoch(**epoch) for epoch in account["history"]]
        numbers = {name: account[name] for name in _NUMBERS}
        self._now = replace(self._now, **numbers, history=history, best=dict(found["best"]))


_NUMBERS = ("step", "totals", "lowest", "since", "cpu_seconds", "seconds")


def batches(examples: Examples, size: int, seed: tuple[int, int]) -> Iterator[IntArray]:
    """Yield the numbers of all examples, or as many draws by weight, in batches of about one length each."""
    rng = np.random.default_rng(seed)
    n = len(examples)
    if examples.weights is None:
        order = rng.permutation(n)
    else:
        order = rng.choice(n, n, p=examples.weights / examples.weights.sum())
    lengths = examples.rows.lengths
    chunks: list[IntArray] = []
    for start in range(0, n, SORTED_TOGETHER * size):
        some = order[start : start + SORTED_TOGETHER * size]
        near = some[np.argsort(lengths[some], kind="stable")]
        chunks += [near[k : k + size] for k in range(0, len(near), size)]
    for k in rng.permutation(len(chunks)):
        yield chunks[k]


def writing_loss(network: Autoencoder, z: Tensor, rows: Tensor) -> Tensor:
    """Cross-entropy (nats per token) of writing padded rows, their end token included."""
    target = torch.cat([rows, rows.new_full((len(rows), 1), END)], dim=1)
    within = torch.arange(target.shape[1], device=rows.device) <= (rows != END).sum(1, keepdim=True)
    return cross_entropy(network.reconstruct(z, rows)[within], target[within])


def judging_loss(network: Autoencoder, z: Tensor, labels: Tensor) -> Tensor:
    """Mean squared error of the properties that are measured, in units of their spread; 0 where none is."""
    measured = ~labels.isnan()
    if not measured.any():
        return z.new_zeros(())
    wanted = (labels - network.middle) / network.spread
    error: Tensor = ((network.judge(z) - wanted)[measured] ** 2).mean()
    return error


def standardise(network: Autoencoder, labels: NDArray[np.float64]) -> None:
    """Set the units of the properties by their median and standard deviation; of one value, a spread of 1."""
    for k, column in enumerate(labels.T):
        known = column[~np.isnan(column)]
        if len(known):
            network.middle[k] = float(np.median(known))
            network.spread[k] = float(known.std()) or 1.0


def _rise_and_fall(done: float, warmup: float) -> float:
    return min(1.0, done / warmup if warmup else 1.0) * 0.5 * (1 + math.cos(math.pi * done))


def _child(*path: int | str) -> int:
    text = "/".join(map(str, path))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def _copied(network: Autoencoder) -> dict[str, Tensor]:
    return {name: value.detach().cpu().clone() for name, value in copy.copy(network.state_dict()).items()}
