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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from loop.molecule import MoleculeError, parse
from loop.protocols import PartError

CORPUS = "corpus.csv.gz"
ADDITIVES = ("zn_additives.csv", "li_additives.csv")

_MOST_SHOWN = 50


class LibraryFileError(PartError):
    """A user's file that cannot be used; the message names the file and each bad line."""


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
    rows = (row for file in ADDITIVES for row in csv.DictReader(io.StringIO(_data(file).decode())))
    return _unique(Entry(row["smiles"], row["name"], "known additive") for row in rows)


@lru_cache(maxsize=1)
def corpus() -> tuple[Entry, ...]:
    """The known additives, then the electrolyte-like compounds of ``corpus.csv.gz``."""
    rows = csv.DictReader(io.StringIO(gzip.decompress(_data(CORPUS)).decode()))
    listed = (Entry(row["smiles"], row["name"] or None, "library") for row in rows)
    return _unique([*known_additives(), *listed])


@lru_cache(maxsize=1)
def cas_numbers() -> dict[str, str]:
    """Canonical SMILES -> CAS registry number, of the shipped compounds that have one."""
    texts = [*(_data(file).decode() for file in ADDITIVES), gzip.decompress(_data(CORPUS)).decode()]
    rows = (row for text in texts for row in csv.DictReader(io.StringIO(text)))
    return {row["smiles"]: row["cas"] for row in rows if row["cas"]}


def read_file(path: Path) -> tuple[Entry, ...]:
    """Read a user's list, each molecule once and in the order of the file.

    Parameters
    ----------
    path
        A ``.smi`` file (a SMILES and an optional name per line; blank lines and lines that start with ``#``
        are skipped) or a ``.csv`` file (a column ``smiles`` and an optional column ``name``).

    Raises
    ------
    LibraryFileError
        If the file cannot be read or holds nothing, or with every line that is not a molecule.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LibraryFileError(f"the library {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise LibraryFileError(f"the library {path} is not a text file (UTF-8)") from error
    return _checked(path, text)


def content_hash(entries: Iterable[Entry]) -> str:
    """First 16 hex digits of the SHA-256 of the entries, in order."""
    text = "\n".join(f"{e.smiles}\t{e.name or ''}\t{e.origin}" for e in entries)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _checked(path: Path, text: str) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    problems: list[str] = []
    for line, smiles, name in _lines(path, text):
        try:
            entries.append(Entry(parse(smiles).smiles, name or None, "library"))
        except MoleculeError as error:
            problems.append(f"{path}:{line}: {error}")
    if problems:
        raise LibraryFileError(_report(problems))
    if not entries:
        raise LibraryFileError(f"the library {path} holds no molecule")
    return _unique(entries)


def _lines(path: Path, text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line number, SMILES and name."""
    if path.suffix == ".smi":
        for number, line in enumerate(text.splitlines(), start=1):
            smiles, _, name = line.strip().replace("\t", " ").partition(" ")
            if smiles and not smiles.startswith("#"):
                yield number, smiles, name.strip()
    elif path.suffix == ".csv":
        rows = csv.DictReader(io.StringIO(text))
        if "smiles" not in (rows.fieldnames or ()):
            raise LibraryFileError(f"{path}:1: a library in CSV needs a column named 'smiles'")
        for row in rows:
            yield rows.line_num, row["smiles"] or "", (row.get("name") or "").strip()
    else:
        raise LibraryFileError(f"the library {path} must be a .smi or a .csv file")


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


def _data(name: str) -> bytes:
    return files("generators.data").joinpath(name).read_bytes()
