"""Where molecules to learn from come from: shipped lists, data packages, and files of one's own."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from generators.corpus.entries import Entry, content_hash, corpus, data, known_additives
from generators.corpus.reading import SUFFIXES, Record, kind, parsed, text
from loop.protocols import PartError
from loop.records import digest

HARTREE_EV = 27.211386245988
"""CODATA 2018."""

QM9_LABELS = {"HOMO_au": "homo", "LUMO_au": "lumo"}
"""Columns of QM9 in hartree, B3LYP/6-31G(2df,p) in gas (10.1038/sdata.2014.22) -> labels in eV."""


class SourceError(PartError):
    """A source that there is not, or that needs a package; the message says which."""


@dataclass(frozen=True)
class Source:
    """A list of molecules.

    Attributes
    ----------
    name
        As it was asked for: ``corpus``, ``qm9``, a path.
    key
        Digest of the content: the same key, the same records.
    records
        Reads them, in order.
    is_file
        Whether lines of it are worth naming: a person wrote it.
    """

    name: str
    key: str
    records: Callable[[], Iterator[Record]]
    is_file: bool = False


def source(name: str) -> Source:
    """The source of a name, or the file at a path.

    Raises
    ------
    SourceError
        If there is no source of that name, or its package is not installed.
    MoleculeFileError
        If a file cannot be read.
    """
    if name in SOURCES:
        return SOURCES[name]()
    path = Path(name).expanduser()
    if kind(path) not in SUFFIXES:
        ends = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        raise SourceError(f"'{name}' is neither {', '.join(SOURCES)} nor a path that ends in {ends}")
    content = text(path)
    return Source(
        name, digest({"kind": kind(path), "text": content}), lambda: parsed(path, content), is_file=True
    )


def _listed(name: str, entries: Callable[[], tuple[Entry, ...]]) -> Source:
    def records() -> Iterator[Record]:
        for line, entry in enumerate(entries(), start=1):
            yield Record(line, entry.smiles, entry.name or "")

    return Source(name, content_hash(entries()), records)


def _zinc_exchange() -> Source:
    content = data("zn_exchange.csv").decode()

    def records() -> Iterator[Record]:
        for line, row in enumerate(csv.DictReader(io.StringIO(content)), start=2):
            yield Record(line, row["smiles"], "", {"zn_exchange": row["zn_exchange"]})

    return Source("zinc-exchange", digest({"zn_exchange": content}), records)


def _chemicals() -> Source:
    def records() -> Iterator[Record]:
        # A minute of loading and 200 MB.
        from chemicals.identifiers import get_pubchem_db  # noqa: PLC0415

        database = get_pubchem_db()
        database.finish_loading()
        entries = sorted(database.CAS_index.values(), key=lambda e: ((e.pubchemid or 0) <= 0, e.CAS))
        for line, entry in enumerate(entries, start=1):
            yield Record(line, entry.smiles or "", entry.common_name or "", {"cas": entry.CASs})

    return Source("chemicals", digest({"chemicals": _version("chemicals", "corpus")}), records)


def _qm9() -> Source:
    found = _version("qm9pack", "corpus")

    def records() -> Iterator[Record]:
        # Its files, not its modules: these need a pkg_resources that no setuptools of today has.
        every = distribution("qm9pack").files or []
        tables = sorted(file for file in every if file.match("data/qm9_part*.csv"))
        rows = (row for table in tables for row in csv.DictReader(io.StringIO(table.read_text())))
        for line, row in enumerate(rows, start=1):
            energies = {label: float(row[column]) * HARTREE_EV for column, label in QM9_LABELS.items()}
            yield Record(
                line, row["SMILES"], "", {label: f"{value:.6f}" for label, value in energies.items()}
            )

    return Source("qm9", digest({"qm9pack": found}), records)


def _version(package: str, extra: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        raise SourceError(
            f"this source needs the package {package}: pip install 'zincloop[{extra}]'"
        ) from None


SOURCES: dict[str, Callable[[], Source]] = {
    "known-additives": lambda: _listed("known-additives", known_additives),
    "corpus": lambda: _listed("corpus", corpus),
    "chemicals": _chemicals,
    "qm9": _qm9,
    "zinc-exchange": _zinc_exchange,
}
"""Name -> source."""
