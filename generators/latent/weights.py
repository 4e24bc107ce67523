"""Storing and reading a trained autoencoder: tensors as safetensors, everything else as JSON.

Tensors are rounded to half precision on disk (2 MB); the model card gives the reconstruction after rounding.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.latent.codec import Codec
from loop.protocols import PartError

if TYPE_CHECKING:
    from generators.latent.model import Autoencoder

FORMAT = 3
"""Version of the pair of files; raised whenever older code could misread newer files."""

TENSORS, DESCRIPTION = "vae.safetensors", "vae.json"


class WeightsError(PartError):
    """Weights that cannot be used; the message says which file and why."""


@dataclass(frozen=True)
class Trained:
    """A trained autoencoder, ready to use.

    Attributes
    ----------
    codec
        Its vocabulary.
    network
        In float32, on the CPU, in evaluation mode.
    checksum
        SHA-256 of the tensors' file, of the vocabulary and of what is wanted: what its answers depend on.
    wanted
        Properties as a good molecule has them, once a campaign has taught it: name, value, give or take.
    """

    codec: Codec
    network: Autoencoder
    checksum: str
    wanted: tuple[tuple[str, float, float], ...] = ()


def shipped() -> Path:
    """Folder of the weights that come with the project."""
    return Path(str(files("generators.data")))


def save(
    folder: Path,
    codec: Codec,
    network: Autoencoder,
    training: Mapping[str, Any],
    wanted: Mapping[str, tuple[float, float]] | None = None,
) -> str:
    """Write the two files of a trained autoencoder and return the SHA-256 of its tensors.

    Parameters
    ----------
    folder
        Created where it does not exist.
    training
        JSON-able account of the training: data, seed, versions, metrics.
    wanted
        Property -> value of a good molecule, and give or take how much.
    """
    from safetensors.torch import save as save_tensors  # noqa: PLC0415 - a second of PyTorch

    weights = {name for name, _ in network.named_parameters()}
    state = {k: v.half() if k in weights else v for k, v in network.state_dict().items()}
    tensors = save_tensors({k: v.contiguous() for k, v in state.items()})
    description = {
        "format": FORMAT,
        "sha256": hashlib.sha256(tensors).hexdigest(),
        "vocabulary_sha256": _vocabulary(codec.symbols, codec.merges),
        "shape": asdict(network.shape),
        "symbols": codec.symbols,
        "merges": codec.merges,
        "wanted": [[name, *of] for name, of in (wanted or {}).items()],
        "training": dict(training),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TENSORS).write_bytes(tensors)
    lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in description.items())
    (folder / DESCRIPTION).write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return str(description["sha256"])


def checksum(folder: Path) -> str:
    """What the answers of a trained autoencoder depend on, without the cost of making one.

    Raises
    ------
    WeightsError
        See :func:`load`.
    """
    return _checked(folder, *_read(folder))[1]


def account(folder: Path) -> Mapping[str, Any]:
    """What was written of the training.

    Raises
    ------
    WeightsError
        See :func:`load`.
    """
    training: Mapping[str, Any] = _checked(folder, *_read(folder))[0]["training"]
    return training


def load(folder: Path) -> Trained:
    """Read a trained autoencoder.

    Raises
    ------
    WeightsError
        If a file is missing or not readable, has another format version, or tensors and vocabulary are not
        those the description was written for.
    """
    return _assembled(folder, *_read(folder))


def _read(folder: Path) -> tuple[bytes, bytes]:
    try:
        return (folder / DESCRIPTION).read_bytes(), (folder / TENSORS).read_bytes()
    except OSError as error:
        raise WeightsError(
            f"{folder} holds no usable weights ({TENSORS} and {DESCRIPTION}): {error}"
        ) from error


@lru_cache(maxsize=4)
def _checked(folder: Path, described: bytes, tensors: bytes) -> tuple[Mapping[str, Any], str]:
    """The description, and the checksum of tensors, vocabulary and what is wanted."""
    try:
        description = json.loads(described)
        version = description["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{folder / DESCRIPTION} does not describe weights: {error!r}") from error
    if version != FORMAT:
        raise WeightsError(f"{folder / DESCRIPTION} has format {version}; this version reads format {FORMAT}")
    if hashlib.sha256(tensors).hexdigest() != description["sha256"]:
        raise WeightsError(
            f"{folder / TENSORS} does not match the checksum in {DESCRIPTION}: copy both files again"
        )
    vocabulary = _vocabulary(description["symbols"], description["merges"])
    if vocabulary != description["vocabulary_sha256"]:
        raise WeightsError(
            f"the vocabulary in {folder / DESCRIPTION} is not the one these weights were trained with: copy "
            "both files again"
        )
    wanted = json.dumps(description["wanted"])
    return description, hashlib.sha256(f"{description['sha256']}{vocabulary}{wanted}".encode()).hexdigest()


def _vocabulary(symbols: Sequence[str], merges: Sequence[Sequence[int]]) -> str:
    """Digest of what each token means."""
    return hashlib.sha256(json.dumps([list(symbols), [list(pair) for pair in merges]]).encode()).hexdigest()


@lru_cache(maxsize=4)
def _assembled(folder: Path, described: bytes, tensors: bytes) -> Trained:
    from safetensors.torch import load as load_tensors  # noqa: PLC0415 - a second of PyTorch

    from generators.latent.model import Autoencoder, Shape  # noqa: PLC0415 - as above

    description, found = _checked(folder, described, tensors)
    codec = Codec(tuple(description["symbols"]), tuple((a, b) for a, b in description["merges"]))
    shape = description["shape"]
    network = Autoencoder(Shape(**(shape | {"properties": tuple(shape["properties"])})))
    state = {k: v.float() if v.is_floating_point() else v for k, v in load_tensors(tensors).items()}
    network.load_state_dict(state)
    wanted = tuple((name, value, width) for name, value, width in description["wanted"])
    return Trained(codec, network.eval().requires_grad_(False), found, wanted)


@lru_cache(maxsize=4)
def in_double(trained: Trained) -> Trained:
    """The same network in float64."""
    return replace(trained, network=copy.deepcopy(trained.network).double())
