"""A database of ASE with every geometry and trajectory, to look at, to filter, to calculate on with.

It is made from the ledger and adds nothing to it. Facts are only ever added to a ledger, in order, so the
database knows by the last measurement in it what is new: it is copied, the new is appended, and the copy
takes its name in one step, so that whoever reads it has a whole one. Nothing is ever written in place: a
program killed at that would leave a lock of ASE's, at which the next one waits for ever.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from flows.structures.structure import Structure, measured, structures
from loop.campaign import Answer, State

LAYOUT = 1
"""Of the rows; raised when they change, and what was written in another is written anew."""


def renew(state: State, path: Path, like: Path | None = None) -> bool:
    """Bring a database up to date, or write it; returns whether there is one.

    Of 5,000 molecules with three geometries each it costs 9 to 12 CPU seconds once, and 0.1 for ten more
    (``python -m benchmarks.structures``; 22 kB for each molecule).

    Parameters
    ----------
    like
        A database of the same ledger to begin with, where there is none at ``path``.

    Raises
    ------
    OSError, sqlite3.Error
        If it cannot be written; one that was there is left alone.
    """
    answers = measured(state)
    there = next((p for p in (path, like) if p is not None and p.is_file()), None)
    done = 0 if there is None else _done(there, answers)
    if done == len(answers) and there == path:
        return True
    found = structures(state, answers[done:])
    first = next(found, None)
    if first is None and not done:
        return False
    partial = path.with_name(f".{path.stem}.{os.getpid()}.db")
    try:
        partial.unlink(missing_ok=True)
        if done and there is not None:
            shutil.copyfile(there, partial)
        _append(partial, [] if first is None else [first, *found], _mark(answers))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return True


def _mark(answers: list[Answer]) -> dict[str, Any]:
    """What the database of these measurements is told by: the number and the last of them."""
    if not answers:
        return {"layout": LAYOUT, "measurements": 0}
    last = answers[-1]
    return {"layout": LAYOUT, "measurements": len(answers), "last": last.request.key, "recorded": last.at}


def _done(path: Path, answers: list[Answer]) -> int:
    """How many of the measurements, from the first on, it holds; 0 if it is of another ledger, or damaged."""
    from ase.db import connect  # noqa: PLC0415 - a campaign without geometries does without

    try:
        mark: Mapping[str, Any] = connect(str(path), type="db", use_lock_file=False).metadata  # type: ignore[no-untyped-call]
        n = int(mark["measurements"])
    except (sqlite3.Error, ValueError, KeyError, TypeError):
        return 0
    return n if n <= len(answers) and mark == _mark(answers[:n]) else 0


def _append(path: Path, new: list[Structure], mark: Mapping[str, Any]) -> None:
    from ase.db import connect  # noqa: PLC0415 - see above

    with connect(str(path), type="db", use_lock_file=False) as database:  # type: ignore[no-untyped-call]
        for structure in new:
            pairs = structure.pairs() | _searchable(structure)
            database.write(structure.atoms(), key_value_pairs=pairs, data=_data(structure))
        database.metadata = dict(mark)


def _searchable(structure: Structure) -> dict[str, float]:
    """Values under the names of their properties, but for names that ASE has for something else."""
    from ase.db.core import reserved_keys, word  # noqa: PLC0415 - see above
    from ase.formula import Formula  # noqa: PLC0415 - see above

    def free(name: str) -> bool:
        if name in reserved_keys or name in structure.pairs() or not word.match(name):
            return False
        try:
            Formula(name, strict=True)
        except ValueError:
            return True
        return False

    return {name: float(v["value"]) for name, v in structure.values.items() if free(name)}


def _data(structure: Structure) -> dict[str, Any]:
    """What belongs to it, but would be no key of ASE's: text that may look like a number, arrays."""
    request, way = structure.answer.request, structure.trajectory
    data: dict[str, Any] = {
        "isomer": structure.isomer,
        "protocol": structure.protocol.name,
        "protocol_digest": request.protocol,
        "request": request.key,
        "values": structure.values,
    }
    if way is not None:
        data["trajectory"] = {
            "level": way.level,
            "steps": list(way.steps),
            "energies_ev": way.energies,
            # Three digits are known, and half the size is enough for them.
            "positions_angstrom": way.positions.astype(np.float32),
        }
    return data
