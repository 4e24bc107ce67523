"""Hand the latent space of a generator to a surrogate that asks for one: pillars do not know each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from loop.protocols import Embedding, NeedsEmbedding, Surrogate


class NoEmbeddingError(LookupError):
    """A surrogate needs a latent space and no generator has one."""


def needs_embedding(part: object) -> bool:
    """Whether a part of ``surrogates`` needs a latent space with the settings it has."""
    return isinstance(part, NeedsEmbedding) and part.needs_embedding


def seated(part: object, generators: Iterable[object]) -> Surrogate:
    """The surrogate of a part, on the latent space of the first generator that has one if it needs one.

    Raises
    ------
    NoEmbeddingError
        If it needs one and there is none.
    """
    if not needs_embedding(part):
        return cast(Surrogate, part)
    space = next((g for g in generators if isinstance(g, Embedding)), None)
    if space is None:
        raise NoEmbeddingError(
            'this surrogate needs a generator with a latent space; add [[generators]] with kind = "vae", '
            "with share = 0 if it shall propose nothing"
        )
    return cast(NeedsEmbedding, part).over(space)
