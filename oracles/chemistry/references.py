"""Energies that belong to a protocol and not to a molecule, computed once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from loop.records import digest
from oracles.chemistry.provenance import versions

SHIPPED = "data/complex_references.json"
"""In the package ``oracles``; ``python -m oracles.chemistry.shipped`` writes it anew."""


@dataclass(frozen=True)
class Reference:
    """The two molecules every exchange energy refers to.

    Attributes
    ----------
    hydrate, water
        Energies of the ion's hydrate and of H2O, in hartree.
    ion_charge
        Charge of the ion in its hydrate, in e.
    """

    hydrate: float
    water: float
    ion_charge: float


def reference(settings: Mapping[str, Any], directory: Path, compute: Callable[[], Reference]) -> Reference:
    """Return the reference of a level: shipped, from ``directory``, or computed and kept there.

    Parameters
    ----------
    settings
        All that changes these energies; with the versions of the programs it is the key. Protocols that
        differ in what does not touch them (denticity) share them.
    directory
        Shared by the measurements of a campaign. Two processes that compute at once write the same
        numbers, each into a file of its own that takes the name in one step.
    """
    key = key_of(settings)
    shipped = json.loads(files("oracles").joinpath(SHIPPED).read_text())
    if key in shipped:
        return _read(shipped[key])
    path = directory / f"complexes-{key}.json"
    if path.exists():
        return _read(json.loads(path.read_text()))
    found = compute()
    _write(path, record(settings, found))
    return found


def key_of(settings: Mapping[str, Any]) -> str:
    """Name of the reference of these settings with these versions of the programs."""
    return digest({"settings": dict(settings), "versions": versions()})


def record(settings: Mapping[str, Any], found: Reference) -> dict[str, Any]:
    """The reference as it is kept, with what it came from."""
    return {"settings": dict(settings), "versions": versions(), **asdict(found)}


def _read(kept: dict[str, Any]) -> Reference:
    return Reference(kept["hydrate"], kept["water"], kept["ion_charge"])


def _write(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_suffix(f".{os.getpid()}")
    with own.open("w") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    own.replace(path)
