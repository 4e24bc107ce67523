"""Lists of molecules with their names, shipped with the project or written by a user.

Shipped lists are read as text and turned into molecules only where they are used: they are canonical
already, and most entries of the corpus are never looked at. A user's file is checked line by line when it
is read, so that every bad line is reported at once.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from generators.corpus.reading import MoleculeFileError, parsed, text
from loop.molecule import MoleculeError, parse

CORPUS = "corpus.csv.gz"
ADDITIVES = ("zn_additives.csv", "li_additives.csv")

WHAT = "library"
"""What a user's list is called in messages."""

_MOST_SHOWN = 50


@dataclass(frozen=True)
class Entry:
    """One line of a list.

    Attributes
    ----------
    smiles
        Canonical SMILES.
    name
        A common name, where the list knows one.
    origin
        What a candidate made from it is called: ``known additive`` or ``library``.
    """

    smiles: str
    name: str | None
    origin: str


@lru_cache(maxsize=1)
def known_additives() -> tuple[Entry, ...]:
    """Additives and co-solvents reported for zinc, then those known from lithium, each molecule once."""
    rows = (row for file in ADDITIVES for row in csv.DictReader(io.StringIO(data(file).decode())))
    return _unique(Entry(row["smiles"], row["name"], "known additive") for row in rows)


@lru_cache(maxsize=1)
def corpus() -> tuple[Entry, ...]:
    """The known additives, then the electrolyte-like compounds of ``corpus.csv.gz``."""
    rows = csv.DictReader(io.StringIO(gzip.decompress(data(CORPUS)).decode()))
    listed = (Entry(row["smiles"], row["name"] or None, "library") for row in rows)
    return _unique([*known_additives(), *listed])


@lru_cache(maxsize=1)
def cas_numbers() -> dict[str, str]:
    """Canonical SMILES -> CAS registry number, of the shipped compounds that have one."""
    tables = [*(data(file).decode() for file in ADDITIVES), gzip.decompress(data(CORPUS)).decode()]
    rows = (row for table in tables for row in csv.DictReader(io.StringIO(table)))
    return {row["smiles"]: row["cas"] for row in rows if row["cas"]}


def read_file(path: Path) -> tuple[Entry, ...]:
    """Read a user's list, each molecule once and in the order of the file.

    Parameters
    ----------
    path
        A file of SMILES, a table or an SD file, see :func:`reading.records`.

    Raises
    ------
    MoleculeFileError
        If the file cannot be read or holds nothing, or with every line that is not a molecule.
    """
    return _checked(path, text(path, WHAT))


def content_hash(entries: Iterable[Entry]) -> str:
    """First 16 hex digits of the SHA-256 of the entries, in order."""
    lines = "\n".join(f"{e.smiles}\t{e.name or ''}\t{e.origin}" for e in entries)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _checked(path: Path, content: str) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    problems: list[str] = []
    for record in parsed(path, content, WHAT):
        if record.problem:
            problems.append(f"{path}:{record.line}: {record.problem}")
            continue
        try:
            entries.append(Entry(parse(record.smiles).smiles, record.name or None, "library"))
        except MoleculeError as error:
            problems.append(f"{path}:{record.line}: {error}")
    if problems:
        raise MoleculeFileError(_report(problems))
    if not entries:
        raise MoleculeFileError(f"the {WHAT} {path} holds no molecule")
    return _unique(entries)


def _report(problems: Sequence[str]) -> str:
    shown = problems[:_MOST_SHOWN]
    more = len(problems) - len(shown)
    count = "1 line is" if len(problems) == 1 else f"{len(problems)} lines are"
    tail = [f"... and {more} more"] if more else []
    return "\n".join([f"{count} not usable:", *shown, *tail])


def _unique(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(entry.smiles, entry)
    return tuple(first.values())


def data(name: str) -> bytes:
    """A file that comes with the generators."""
    return files("generators.data").joinpath(name).read_bytes()
