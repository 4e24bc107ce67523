"""The network: a bidirectional GRU reads a molecule, a second GRU writes it from its latent point.

A variational autoencoder (Kingma & Welling, 1312.6114) over token rows; the latent point enters the writer at
every step, so that it cannot be forgotten. A small perceptron reads properties off the point, trained with
the rest, so that molecules alike in them lie together (Gomez-Bombarelli et al., 10.1021/acscentsci.7b00572).
The prior is N(0, I): what was tried instead is in ``docs/decisions/0030-the-autoencoder.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from generators.latent.rows import END


@dataclass(frozen=True)
class Shape:
    """Sizes of the network, in units of its layers; ``properties`` are read off in their own units."""

    tokens: int
    properties: tuple[str, ...] = ()
    embedding: int = 64
    reader: int = 128
    latent: int = 96
    writer: int = 384
    judge: int = 128


class Autoencoder(nn.Module):
    """Encoder and decoder between token rows, shape ``(n, length)``, and latent points, ``(n, latent)``."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.tokens, shape.embedding)
        self.reader = nn.GRU(shape.embedding, shape.reader, batch_first=True, bidirectional=True)
        self.posterior = nn.Linear(2 * shape.reader, 2 * shape.latent)
        self.start = nn.Linear(shape.latent, shape.writer)
        self.writer = nn.GRU(shape.embedding + shape.latent, shape.writer, batch_first=True)
        self.logits = nn.Linear(shape.writer, shape.tokens)
        self.features = nn.Linear(shape.latent, shape.judge)
        self.heads = nn.Linear(shape.judge, len(shape.properties))
        self.middle: Tensor
        self.spread: Tensor
        self.openings: Tensor
        self.register_buffer("middle", torch.zeros(len(shape.properties)))
        self.register_buffer("spread", torch.ones(len(shape.properties)))
        self.register_buffer("openings", torch.ones(shape.tokens, dtype=torch.bool))

    def encode(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the posterior of padded rows."""
        lengths = (rows != END).sum(1).clamp(min=1)
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(rows), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, hidden = self.reader(packed)
        mean, log_variance = self.posterior(torch.cat([hidden[0], hidden[1]], dim=1)).chunk(2, dim=1)
        return mean, log_variance.clamp(-12, 4)

    def reconstruct(self, z: Tensor, rows: Tensor) -> Tensor:
        """Logits of every next token of padded rows, shape ``(n, length + 1, tokens)``."""
        previous = torch.cat([rows.new_full((len(rows), 1), END), rows], dim=1)
        known = self.embedding(previous)
        inputs = torch.cat([known, z[:, None].expand(-1, known.shape[1], -1)], dim=2)
        states, _ = self.writer(inputs, torch.tanh(self.start(z))[None])
        logits: Tensor = self.logits(states)
        return logits

    def judge(self, z: Tensor) -> Tensor:
        """Properties in units of their spread, from their middle; shape ``(n, properties)``."""
        judged: Tensor = self.heads(nn.functional.silu(self.features(z)))
        return judged

    def properties(self, z: Tensor) -> Tensor:
        """What the points' molecules are believed to have, shape ``(n, properties)``, in their units."""
        believed: Tensor = self.judge(z) * self.spread + self.middle
        return believed

    @torch.no_grad()
    def write(self, z: Tensor, longest: int) -> Tensor:
        """Most probable tokens of latent points, shape ``(n, longest)``, padded with the end token.

        The first is one that a molecule may begin with. What does not change from step to step is multiplied
        once, and rows that have ended leave the batch.
        """
        sizes = [self.shape.embedding, self.shape.latent]
        for_token, for_point = torch.split(self._writer("weight_ih"), sizes, dim=1)
        by_token = self.embedding.weight @ for_token.T
        by_point = z @ for_point.T + self._writer("bias_ih")
        hidden = torch.tanh(self.start(z))
        out = torch.full((len(z), longest), END, device=z.device)
        alive = torch.arange(len(z), device=z.device)
        token = torch.full((len(z),), END, device=z.device)
        for step in range(longest):
            hidden = self._cell(by_token[token] + by_point, hidden)
            logits = self.logits(hidden)
            if step == 0:
                logits = logits.masked_fill(~self.openings, -torch.inf)
            token = logits.argmax(1)
            out[alive, step] = token
            going = token != END
            if not going.any():
                break
            alive, token = alive[going], token[going]
            hidden, by_point = hidden[going], by_point[going]
        return out

    def _cell(self, inputs: Tensor, hidden: Tensor) -> Tensor:
        """One step of the writer's GRU, its input products already summed."""
        reset_in, update_in, new_in = inputs.chunk(3, dim=1)
        recurrent = hidden @ self._writer("weight_hh").T + self._writer("bias_hh")
        reset_h, update_h, new_h = recurrent.chunk(3, dim=1)
        reset, update = torch.sigmoid(reset_in + reset_h), torch.sigmoid(update_in + update_h)
        new = torch.tanh(new_in + reset * new_h)
        return new + update * (hidden - new)

    def _writer(self, name: str) -> Tensor:
        """One parameter of the writer's only layer."""
        return self.writer.get_parameter(f"{name}_l0")
