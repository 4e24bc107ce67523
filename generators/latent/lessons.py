"""What an autoencoder learned from a campaign, kept in a folder under the digest of the lesson."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from generators.corpus.entries import corpus
from generators.latent import GRAMMAR
from generators.latent.points import locate
from generators.latent.teaching import VERSION, teach
from generators.latent.weights import Trained, WeightsError, account, load, save
from loop.molecule import Molecule, known
from loop.protocols import Lesson
from loop.records import digest


@dataclass(frozen=True)
class Kept:
    """Where the weights after a lesson are, whether they are better, and the account of it."""

    folder: Path
    better: bool
    account: Mapping[str, Any]


def learned(trained: Trained, lesson: Lesson, seed: int, folder: Path) -> Kept:
    """Learn, unless the folder holds what was learned from the same lesson before.

    Parameters
    ----------
    folder
        Holds one directory for each lesson.
    """
    place = folder / _key(trained, lesson, seed)
    try:
        return _kept(place)
    except WeightsError:
        shutil.rmtree(place, ignore_errors=True)  # not there, or not whole
    spelled = [molecule for molecule in lesson.molecules if trained.codec.knows(molecule)]
    began = time.process_time()
    with _one_thread():
        taught = teach(trained, lesson, [known(entry.smiles) for entry in corpus()], seed)
        located = int(locate(taught.trained, spelled).exact.sum()) if spelled else 0
    told = {
        "measured": len(lesson.molecules),
        "unspelled": [molecule.smiles for molecule in taught.unspelled],
        "reconstruction_before": taught.before,
        "reconstruction_after": taught.after,
        "misjudged_before": taught.misjudged,
        "misjudged_after": taught.misjudged_after,
        "located": located,
        "cpu_seconds": round(time.process_time() - began, 1),
        "base": trained.checksum,
    }
    training = {"kept": taught.kept, "account": told}
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as own:
        new = Path(own) / "weights"
        save(new, trained.codec, taught.trained.network, training, lesson.wanted)
        new.rename(place)
    return _kept(place)


@contextmanager
def _one_thread() -> Iterator[None]:
    """For the same weights again; and threads that wait for a busy core take ten times as long."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _kept(place: Path) -> Kept:
    load(place)
    found = account(place)
    return Kept(place, bool(found["kept"]), found["account"])


def _key(trained: Trained, lesson: Lesson, seed: int) -> str:
    def by_smiles(of: Mapping[Molecule, float]) -> dict[str, float]:
        return {molecule.smiles: value for molecule, value in of.items()}

    return digest(
        {
            "base": trained.checksum,
            "teaching": VERSION,
            "grammar": GRAMMAR,
            "molecules": [molecule.smiles for molecule in lesson.molecules],
            "values": {name: by_smiles(of) for name, of in lesson.values.items()},
            "wanted": {name: list(of) for name, of in lesson.wanted.items()},
            "seed": seed,
        }
    )
