"""Handing a latent space to who asks for one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.assembly import assemble
from flows.campaign_file import CampaignFileError, read
from flows.seating import NoEmbeddingError, needs_embedding, seated
from generators.latent.weights import shipped
from generators.library import Library
from generators.vae import VAE
from surrogates.latent_gp import LatentGP, LatentSurrogate
from surrogates.sum_gp import SumGP
from tests.conftest import QUICK


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


def test_weights_are_a_folder_beside_the_campaign_file(quick: Path) -> None:
    mine = shutil.copytree(shipped(), quick.parent / "mine")
    (quick.parent / "known-additives").mkdir()  # a word that is no path stays a word
    text = '\n[[generators]]\nkind = "vae"\nweights = "mine"\n'
    quick.write_text(QUICK + text)
    library, vae = (source.generator for source in assemble(*read(quick)).parts.sources)
    assert isinstance(vae, VAE)
    assert vae.weights == str(mine)
    assert isinstance(library, Library)
    assert library.source == "known-additives"
    quick.write_text(QUICK + text.replace("mine", "yours"))
    with pytest.raises(CampaignFileError, match="yours holds no usable weights"):
        assemble(*read(quick))
