"""Every geometry that a measurement kept, as files of ASE: to look at, to filter, to calculate on with."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loop.campaign import Answer, State
from loop.records import Measurement

if TYPE_CHECKING:
    from ase import Atoms

COUNT = re.compile(r"\s*(\d+)\s*\n")
CHARGE = re.compile(r"charge ([+-]?\d+)")


@dataclass(frozen=True)
class Structure:
    """One geometry.

    Attributes
    ----------
    answer
        The measurement that it came with.
    role
        What it is there: ``geometry``, ``ligand``, ``complex``.
    atoms
        For ASE, with the total charge in units of e as ``info["total_charge"]``.
    """

    answer: Answer
    role: str
    atoms: Atoms

    def pairs(self) -> dict[str, Any]:
        """What it is found by."""
        request = self.answer.request
        pairs = {"smiles": request.molecule.smiles, "oracle": request.oracle, "role": self.role}
        return pairs | self.atoms.info


def write_structures(state: State, directory: Path) -> list[Path]:
    """Write ``structures.xyz`` (extended XYZ) and ``structures.db`` (ASE's SQLite), if there are any."""
    found = list(structures(state))
    if not found:
        return []
    from ase.db import connect  # noqa: PLC0415 - a campaign without geometries does without
    from ase.io import write  # noqa: PLC0415

    xyz, db = directory / "structures.xyz", directory / "structures.db"
    partial = directory / f".structures.{os.getpid()}.db"
    partial.unlink(missing_ok=True)
    with connect(str(partial), type="db") as connection:  # type: ignore[no-untyped-call]
        for structure in found:
            connection.write(structure.atoms, key_value_pairs=structure.pairs(), data=_data(state, structure))
    partial.replace(db)
    for structure in found:
        # Extended XYZ takes a backslash, which a SMILES may hold, for an escape.
        pairs = structure.pairs()
        structure.atoms.info |= pairs | {"smiles": pairs["smiles"].replace("\\", "\\\\")}
    write(xyz, [structure.atoms for structure in found], format="extxyz")
    return [xyz, db]


def structures(state: State) -> Iterator[Structure]:
    """Every geometry, in the order of the requests."""
    for key in state.requests:
        answer = state.answers.get(key)
        if answer is None or not isinstance(answer.outcome, Measurement):
            continue
        for role, text in answer.outcome.details.items():
            if isinstance(text, str) and (atoms := _atoms(text)) is not None:
                yield Structure(answer, role, atoms)


def _data(state: State, structure: Structure) -> Mapping[str, Any]:
    """What belongs to it, but would be no key of ASE's: digests may look like numbers."""
    answer = structure.answer
    return {
        "protocol": state.protocols[answer.request.protocol].name,
        "protocol_digest": answer.request.protocol,
        "values": {
            v.property: {"value": v.value, "unit": v.unit, "uncertainty": v.uncertainty}
            for v in answer.outcome.values  # type: ignore[union-attr]
        },
    }


def _atoms(text: str) -> Atoms | None:
    """The atoms of a text in XYZ format; ``None`` for another text."""
    lines = text.strip("\n").splitlines()
    if (count := COUNT.match(text)) is None or len(lines) != int(count[1]) + 2:
        return None
    from ase import Atoms  # noqa: PLC0415 - see above

    rows = [line.split() for line in lines[2:]]
    charge = CHARGE.search(lines[1])
    return Atoms(
        [row[0] for row in rows],
        np.array([row[1:4] for row in rows], dtype=float),
        info={"total_charge": int(charge[1]) if charge else 0},
    )
