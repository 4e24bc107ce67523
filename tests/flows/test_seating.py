"""Handing a latent space to who asks for one."""

from __future__ import annotations

import pytest

from flows.seating import NoEmbeddingError, needs_embedding, seated
from generators.library import Library
from generators.vae import VAE
from surrogates.latent_gp import LatentGP, LatentSurrogate
from surrogates.sum_gp import SumGP


def test_a_surrogate_that_needs_nothing_stays_what_it_is() -> None:
    part = SumGP()
    assert not needs_embedding(part)
    assert seated(part, []) is part


def test_the_first_generator_with_a_latent_space_gives_it() -> None:
    found = seated(LatentGP(), [Library(), VAE(radius=3), VAE()])
    assert isinstance(found, LatentSurrogate)
    assert found.kernel.version == VAE(radius=3).version()


def test_without_one_it_is_said() -> None:
    with pytest.raises(NoEmbeddingError, match="needs a generator with a latent space"):
        seated(LatentGP(), [Library()])
