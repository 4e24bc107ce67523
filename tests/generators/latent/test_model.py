"""The network: the fast writer is the trained one, and padding changes nothing."""

from __future__ import annotations

import torch

from generators.latent.model import Autoencoder, Shape
from generators.latent.rows import END
from generators.latent.weights import Trained

SHAPE = Shape(tokens=20, embedding=8, reader=12, latent=6, writer=16)


def network(seed: int = 0) -> Autoencoder:
    torch.manual_seed(seed)
    return Autoencoder(SHAPE).eval()


def test_padding_does_not_change_a_code() -> None:
    rows = torch.tensor([[3, 4, 5], [6, 7, END]])
    wide = torch.nn.functional.pad(rows, (0, 4), value=END)
    for a, b in zip(network().encode(rows), network().encode(wide), strict=True):
        assert torch.allclose(a, b, atol=1e-6)
    alone, _ = network().encode(torch.tensor([[6, 7]]))
    assert torch.allclose(network().encode(rows)[0][1], alone[0], atol=1e-6)


def test_writing_is_the_most_probable_continuation_step_by_step(trained: Trained) -> None:
    """Greedy writing agrees with the network that was trained, fed its own output."""
    z = torch.randn(40, trained.network.shape.latent, generator=torch.Generator().manual_seed(0))
    written = trained.network.write(z, longest=20)
    for point, row in zip(z, written, strict=True):
        tokens = row[: int((row != END).sum())]
        logits = trained.network.reconstruct(point[None], tokens[None])[0]
        logits[0, ~trained.network.openings] = -torch.inf
        assert logits.argmax(1)[: len(tokens)].tolist() == tokens.tolist()
        if len(tokens) < 20:
            assert int(logits.argmax(1)[-1]) == END


def test_writing_ends_each_row_for_good() -> None:
    z = 3 * torch.randn(64, SHAPE.latent, generator=torch.Generator().manual_seed(1))
    for row in network().write(z, longest=12).tolist():
        length = row.index(END) if END in row else len(row)
        assert all(token == END for token in row[length:])


def test_a_molecule_begins_with_a_token_it_may_begin_with() -> None:
    fresh = network()
    fresh.openings.copy_(torch.arange(SHAPE.tokens) == 7)
    z = torch.randn(64, SHAPE.latent, generator=torch.Generator().manual_seed(1))
    assert (fresh.write(z, longest=5)[:, 0] == 7).all()
