"""Stored weights: what comes back is what was stored, and anything else is refused in one sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from generators.latent.codec import Codec
from generators.latent.fit import Fitted
from generators.latent.points import write
from generators.latent.weights import DESCRIPTION, TENSORS, Trained, WeightsError, load, save, shipped


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / "copy")


def test_what_was_stored_writes_the_same_molecules(codec: Codec, fitted: Fitted, trained: Trained) -> None:
    z = torch.randn(100, trained.network.shape.latent, generator=torch.Generator().manual_seed(0))
    fresh = list(write(Trained(codec, fitted.network, ""), z))
    stored = list(write(trained, z))
    assert trained.codec == codec
    assert sum(a == b for a, b in zip(fresh, stored, strict=True)) >= 97


def test_storing_again_gives_the_same_bytes(
    codec: Codec, fitted: Fitted, folder: Path, tmp_path: Path
) -> None:
    save(tmp_path, codec, fitted.network, {"note": "a try"})
    for name in (TENSORS, DESCRIPTION):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_tensors_that_changed_are_refused(copied: Path) -> None:
    content = bytearray((copied / TENSORS).read_bytes())
    content[-1] ^= 1
    (copied / TENSORS).write_bytes(content)
    with pytest.raises(WeightsError, match=r"vae\.safetensors does not match the checksum in vae\.json"):
        load(copied)


def test_another_format_is_refused(copied: Path) -> None:
    description = json.loads((copied / DESCRIPTION).read_text())
    (copied / DESCRIPTION).write_text(json.dumps(description | {"format": 99}))
    with pytest.raises(WeightsError, match=r"has format 99; this version reads format 3"):
        load(copied)


@pytest.mark.parametrize("name", [TENSORS, DESCRIPTION])
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(WeightsError, match=f"holds no usable weights .*{name}"):
        load(copied)


def test_a_description_that_is_none_is_refused(copied: Path) -> None:
    (copied / DESCRIPTION).write_text("not json")
    with pytest.raises(WeightsError, match="does not describe weights"):
        load(copied)


def test_another_vocabulary_is_refused(folder: Path, copied: Path) -> None:
    assert load(copied).checksum == load(folder).checksum
    description = json.loads((copied / DESCRIPTION).read_text())
    description["symbols"][:2] = description["symbols"][1::-1]
    (copied / DESCRIPTION).write_text(json.dumps(description))
    with pytest.raises(WeightsError, match=r"the vocabulary in .* is not the one these weights were trained"):
        load(copied)


def test_what_is_wanted_is_kept_and_part_of_the_checksum(
    codec: Codec, fitted: Fitted, folder: Path, tmp_path: Path
) -> None:
    save(tmp_path, codec, fitted.network, {"note": "a try"}, {"homo": (-7.5, 0.25)})
    assert load(tmp_path).wanted == (("homo", -7.5, 0.25),)
    assert load(folder).wanted == ()
    assert load(tmp_path).checksum != load(folder).checksum


def test_the_shipped_card_is_about_the_shipped_tensors() -> None:
    description = json.loads((shipped() / DESCRIPTION).read_text())
    assert description["sha256"] in (shipped() / "vae.md").read_text()
    assert description["training"]["ended"] == "all epochs done"
