"""Files of molecules as people have them: SMILES lists, CSV tables, SD files, each of them perhaps gzipped.

Nothing is judged here but the form of the file: every record comes with its place, so that whoever finds it
wanting can say where it is.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rdkit import Chem

from loop.protocols import PartError

SUFFIXES = (".smi", ".csv", ".sdf")
PACKED = ".gz"

SMILES_COLUMN, NAME_COLUMN = "smiles", "name"
TITLE = "_Name"
"""Where RDKit keeps the first line of a record of an SD file."""

RECORD_END = "$$$$"


class MoleculeFileError(PartError):
    """A file of molecules that cannot be read; the message names it, and the line where there is one."""


@dataclass(frozen=True)
class Record:
    """One molecule of a file, as it is written there.

    Attributes
    ----------
    line
        Number of its line, or of the first one of its record, from 1.
    smiles
        As written, or RDKit's of an SD record; empty if ``problem`` says why there is none.
    name
        Empty where there is none.
    fields
        Other columns or data fields by name, as text.
    problem
        What is wrong with the record itself; empty if nothing is.
    """

    line: int
    smiles: str
    name: str
    fields: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def kind(path: Path) -> str:
    """The suffix that says how the file is to be read, ``.gz`` left aside."""
    return Path(path.stem).suffix.lower() if path.suffix.lower() == PACKED else path.suffix.lower()


def records(path: Path, what: str = "file") -> Iterator[Record]:
    """Yield the records of a file in its order.

    Parameters
    ----------
    path
        Ends in ``.smi`` (a SMILES and an optional name a line; blank lines and those that start with ``#``
        are skipped), ``.csv`` (a column ``smiles``, perhaps ``name`` and others) or ``.sdf``, or one of these
        and ``.gz``.
    what
        What the file is called in messages.

    Raises
    ------
    MoleculeFileError
        If it cannot be read, is no text in UTF-8, or has no column of SMILES.
    """
    yield from parsed(path, text(path, what), what)


def text(path: Path, what: str = "file") -> str:
    """The text of such a file; raises as :func:`records` does."""
    if kind(path) not in SUFFIXES:
        ends = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}, perhaps with {PACKED}"
        raise MoleculeFileError(f"the {what} {path} must end in {ends}")
    try:
        content = path.read_bytes()
        if path.suffix.lower() == PACKED:
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MoleculeFileError(f"the {what} {path} is not a text file (UTF-8)") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise MoleculeFileError(f"the {what} {path} is not a whole gzip file: {error}") from error
    except OSError as error:
        raise MoleculeFileError(f"the {what} {path} cannot be read: {error.strerror}") from error


def parsed(path: Path, content: str, what: str = "file") -> Iterator[Record]:
    """The records of a file whose text is at hand."""
    read = {".smi": _smiles, ".csv": _table, ".sdf": _structures}[kind(path)]
    yield from read(content, f"{path}:1: a {what}")


def _lines(content: str) -> Iterator[tuple[int, str]]:
    """Lines by their numbers, as editors count them."""
    for number, line in enumerate(io.StringIO(content, newline=None), start=1):
        yield number, line.rstrip("\n")


def _smiles(content: str, _: str) -> Iterator[Record]:
    for number, line in _lines(content):
        smiles, _, name = line.strip().replace("\t", " ").partition(" ")
        if smiles and not smiles.startswith("#"):
            yield Record(number, smiles, name.strip())


def _table(content: str, place: str) -> Iterator[Record]:
    rows = csv.DictReader(io.StringIO(content, newline=""))
    try:
        names = {name.strip().lower(): name for name in rows.fieldnames or ()}
        if SMILES_COLUMN not in names:
            raise MoleculeFileError(f"{place} in CSV needs a column named '{SMILES_COLUMN}'")
        for row in rows:
            yield _row(dict(row), names, rows.line_num)
    except csv.Error as error:
        raise MoleculeFileError(f"{place} that is no CSV: {error} (line {rows.line_num})") from error


def _row(row: dict[Any, Any], names: Mapping[str, str], line: int) -> Record:
    more = row.pop(None, None)
    values = {name.strip(): (value or "").strip() for name, value in row.items()}
    smiles = values.pop(names[SMILES_COLUMN].strip())
    name = values.pop(names[NAME_COLUMN].strip()) if NAME_COLUMN in names else ""
    problem = "it has more cells than the first line has names" if more else ""
    return Record(line, smiles, name, values, problem)


def _structures(content: str, _: str) -> Iterator[Record]:
    lines: list[str] = []
    start = 1
    for number, line in _lines(content):
        if line.rstrip() == RECORD_END:
            yield _structure("\n".join(lines), start)
            lines, start = [], number + 1
        else:
            lines.append(line)
    if any(line.strip() for line in lines):
        yield _structure("\n".join(lines), start)


def _structure(block: str, line: int) -> Record:
    supplier = Chem.SDMolSupplier()
    supplier.SetData(f"{block}\n{RECORD_END}\n")
    name = block.split("\n", 1)[0].strip()
    mol = next(iter(supplier), None) if len(supplier) else None
    if mol is None:
        return Record(line, "", name, problem="its structure cannot be read")
    if mol.GetNumConformers() and mol.GetConformer().Is3D():
        Chem.AssignStereochemistryFrom3D(mol)
    fields = {key: str(value) for key, value in mol.GetPropsAsDict(includePrivate=False).items()}
    return Record(line, Chem.MolToSmiles(Chem.RemoveHs(mol)), name, fields)
