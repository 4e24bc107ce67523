"""Molecules to learn from, of several sources: all written one way, and every loss counted."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.lib
import pyarrow.parquet as pq
from rdkit import rdBase

from generators.corpus.kept import place, write
from generators.corpus.reading import Record
from generators.corpus.sources import Source
from generators.corpus.standard import VERSION, RefusedError, standardise
from loop.molecule import Molecule, known
from loop.records import digest

LABELS = ("homo", "lumo", "zn_exchange")
"""Columns and data fields that are taken as measured values, in eV."""

COUNTS = b"zincloop"
"""Key of the counts in the metadata of a cached table."""


@dataclass(frozen=True)
class Sieve:
    """What of the compounds is kept.

    Attributes
    ----------
    min_heavy_atoms, max_heavy_atoms
        Size, in atoms other than hydrogen.
    labels
        Names of values that are read, where there are any.
    """

    min_heavy_atoms: int = 2
    max_heavy_atoms: int = 20
    labels: tuple[str, ...] = LABELS


@dataclass(frozen=True)
class Compound:
    """One molecule.

    Attributes
    ----------
    name, source
        Those of the first record that had it.
    labels
        Measured values in eV by name, the mean where several records have one.
    """

    molecule: Molecule
    name: str
    source: str
    labels: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Gathered:
    """What came of some sources.

    Attributes
    ----------
    compounds
        Each molecule once, in the order of the sources.
    counts
        Source -> what was read, changed, left out for which reason, and kept.
    bad
        Of files, every line that was left out for what is written in it: ``path:line: why``.
    key
        Digest of sources, sieve and the way compounds are written.
    """

    compounds: tuple[Compound, ...]
    counts: Mapping[str, Mapping[str, int]]
    bad: tuple[str, ...]
    key: str

    @property
    def molecules(self) -> tuple[Molecule, ...]:
        """The molecules alone."""
        return tuple(compound.molecule for compound in self.compounds)


def gather(
    sources: Sequence[Source],
    sieve: Sieve,
    cache: Path | None = None,
    report: Callable[[str, int], None] = lambda _source, _read: None,
) -> Gathered:
    """Read the sources, or take what was read before.

    Parameters
    ----------
    cache
        Directory of what was read before; the user's cache directory by default.
    report
        Called with the source and the number of its records that are read.
    """
    key = digest(
        {
            "sources": [source.key for source in sources],
            "names": [source.name for source in sources],
            "sieve": asdict(sieve),
            "standard": VERSION,
            "rdkit": rdBase.rdkitVersion,
        }
    )
    path = place(key, cache)
    if (found := _kept(path, key)) is not None:
        return found
    gathered = _gathered(sources, sieve, key, report)
    write(path, _packed(gathered))
    return gathered


def _gathered(
    sources: Sequence[Source], sieve: Sieve, key: str, report: Callable[[str, int], None]
) -> Gathered:
    first: dict[Molecule, tuple[str, str]] = {}
    values: dict[Molecule, dict[str, list[float]]] = {}
    counts: dict[str, Counter[str]] = {}
    bad: list[str] = []
    for source in sources:
        count = counts.setdefault(source.name, Counter(read=0))
        for number, record in enumerate(source.records(), start=1):
            report(source.name, number)
            count["read"] += 1
            try:
                molecule, labels = _read(record, sieve, count)
            except _LeftOutError as left:
                count[left.reason] += 1
                if source.is_file and left.wrong:
                    bad.append(f"{source.name}:{record.line}: {left.wrong}")
                continue
            count["kept" if molecule not in first else "had before"] += 1
            first.setdefault(molecule, (record.name, source.name))
            for name, value in labels.items():
                values.setdefault(molecule, {}).setdefault(name, []).append(value)
    compounds = tuple(
        Compound(molecule, *of, {n: math.fsum(v) / len(v) for n, v in values.get(molecule, {}).items()})
        for molecule, of in first.items()
    )
    return Gathered(compounds, {name: dict(count) for name, count in counts.items()}, tuple(bad), key)


class _LeftOutError(Exception):
    """A record that is not kept: the reason it is counted under, and what a person could put right."""

    def __init__(self, reason: str, wrong: str = "") -> None:
        super().__init__(reason)
        self.reason, self.wrong = reason, wrong


def _read(record: Record, sieve: Sieve, count: Counter[str]) -> tuple[Molecule, dict[str, float]]:
    if record.problem:
        raise _LeftOutError("not readable", record.problem)
    try:
        found = standardise(record.smiles)
    except RefusedError as refused:
        raise _LeftOutError(refused.reason, str(refused)) from refused
    size = found.molecule.heavy_atoms
    if not sieve.min_heavy_atoms <= size <= sieve.max_heavy_atoms:
        raise _LeftOutError(
            f"fewer than {sieve.min_heavy_atoms} or more than {sieve.max_heavy_atoms} heavy atoms"
        )
    labels = dict(_labels(record, sieve))
    for change in found.changes:
        count[change] += 1
    return found.molecule, labels


def _labels(record: Record, sieve: Sieve) -> Iterator[tuple[str, float]]:
    for name in sieve.labels:
        written = record.fields.get(name, "").strip()
        if not written:
            continue
        try:
            value = float(written)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise _LeftOutError(
                "a value that is no number", f"{name} is '{written}', which is no number in eV"
            )
        yield name, value


def _packed(gathered: Gathered) -> bytes:
    compounds = gathered.compounds
    names = sorted({name for compound in compounds for name in compound.labels})
    table = pa.table(
        {
            "smiles": pa.array([c.molecule.smiles for c in compounds], pa.string()),
            "name": pa.array([c.name for c in compounds], pa.string()),
            "source": pa.array([c.source for c in compounds], pa.string()),
            **{name: pa.array([c.labels.get(name) for c in compounds], pa.float64()) for name in names},
        }
    )
    about = {"key": gathered.key, "counts": gathered.counts, "bad": gathered.bad, "labels": names}
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({COUNTS: json.dumps(about).encode()}), sink)
    return bytes(sink.getvalue().to_pybytes())


def _kept(path: Path, key: str) -> Gathered | None:
    """What a file of the cache holds; ``None`` if there is none, or it is not whole."""
    try:
        table = pq.read_table(path)
        about: dict[str, Any] = json.loads((table.schema.metadata or {})[COUNTS])
        rows = table.to_pylist()
    except (OSError, pyarrow.lib.ArrowException, KeyError, ValueError):
        return None
    if about["key"] != key:
        return None
    compounds = tuple(
        Compound(
            known(row["smiles"]),
            row["name"],
            row["source"],
            {name: row[name] for name in about["labels"] if row[name] is not None},
        )
        for row in rows
    )
    return Gathered(compounds, about["counts"], tuple(about["bad"]), key)
