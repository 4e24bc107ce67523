"""Energies that belong to a protocol and not to a molecule, computed once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from loop.records import digest
from oracles.chemistry.provenance import versions


@dataclass(frozen=True)
class Reference:
    """The two molecules every exchange energy refers to.

    Attributes
    ----------
    aqua_ion, water
        Energies of [Zn(H2O)6]2+ and H2O, in hartree.
    zinc_charge
        Charge of zinc in the aqua ion, in e.
    """

    aqua_ion: float
    water: float
    zinc_charge: float


def reference(protocol: str, directory: Path, compute: Callable[[], Reference]) -> Reference:
    """Return the reference of a protocol: shipped, from ``directory``, or computed and kept there.

    Parameters
    ----------
    protocol
        Digest of the protocol; with the versions of the programs it is the key.
    directory
        Shared by the measurements of a campaign. Two processes that compute at once write the same
        numbers, each into a file of its own that takes the name in one step.
    """
    key = digest({"protocol": protocol, "versions": versions()})
    shipped = json.loads(files("oracles").joinpath("data/zinc_references.json").read_text())
    if key in shipped:
        return _read(shipped[key])
    path = directory / f"zinc-{key}.json"
    if path.exists():
        return _read(json.loads(path.read_text()))
    found = compute()
    _write(path, record(protocol, found))
    return found


def record(protocol: str, found: Reference) -> dict[str, Any]:
    """The reference as it is kept, with what it came from."""
    return {"protocol": protocol, "versions": versions(), **asdict(found)}


def _read(kept: dict[str, Any]) -> Reference:
    return Reference(kept["aqua_ion"], kept["water"], kept["zinc_charge"])


def _write(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_suffix(f".{os.getpid()}")
    with own.open("w") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    own.replace(path)
