"""Molecules of several sources: written one way, every loss counted, read once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from generators.corpus.gathering import Gathered, Sieve, gather
from generators.corpus.reading import MoleculeFileError, Record
from generators.corpus.sources import Source, SourceError, source
from generators.corpus.standard import Change, Reason
from loop.molecule import parse

TABLE = """smiles,name,homo
CCO,ethanol,-7.5
[Na+].CC(=O)[O-],sodium acetate,
C(C,broken,
CCO,ethanol again,-7.7
CC(=O)O,acetic acid,high
C[N+](C)(C)C.[Cl-],tetramethylammonium chloride,
CCCCCCCCCCCCCCCCCCCCCCCC,tetracosane,
OCC,ethanol backwards,-7.6
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def gathered(table: Path, tmp_path: Path) -> Gathered:
    return gather([source(str(table))], Sieve(), tmp_path / "cache")


def test_every_record_is_kept_or_counted(gathered: Gathered, table: Path) -> None:
    (count,) = gathered.counts.values()
    assert count == {
        "read": 8,
        "kept": 2,
        "had before": 2,
        Change.SALT: 1,
        Change.CHARGE: 1,
        Reason.UNREADABLE: 1,
        Reason.CHARGED: 1,
        "a value that is no number": 1,
        "fewer than 2 or more than 20 heavy atoms": 1,
    }
    assert gathered.molecules == (parse("CCO"), parse("CC(=O)O"))


def test_repeated_values_are_averaged_and_the_first_name_stays(gathered: Gathered, table: Path) -> None:
    ethanol, acid = gathered.compounds
    assert (ethanol.name, ethanol.source) == ("ethanol", str(table))
    assert ethanol.labels == {"homo": pytest.approx(-7.6)}
    assert acid.labels == {}


def test_bad_lines_of_a_file_are_named(gathered: Gathered, table: Path) -> None:
    assert gathered.bad == (
        f"{table}:4: 'C(C': {Reason.UNREADABLE}",
        f"{table}:6: homo is 'high', which is no number in eV",
        f"{table}:7: 'C[N+](C)(C)C.[Cl-]': {Reason.CHARGED}",
    )


def test_what_was_read_is_not_read_again_and_a_damaged_file_is(
    gathered: Gathered, table: Path, tmp_path: Path
) -> None:
    def never() -> Iterator[Record]:
        raise AssertionError("it was read before")

    cache = tmp_path / "cache"
    known = Source(str(table), source(str(table)).key, never, is_file=True)
    assert gather([known], Sieve(), cache) == gathered
    (kept,) = cache.iterdir()
    kept.write_bytes(kept.read_bytes()[:-100])
    assert gather([source(str(table))], Sieve(), cache) == gathered
    with pytest.raises(AssertionError):
        gather([known], Sieve(max_heavy_atoms=30), cache)
    table.write_text(TABLE + "CCN,,\n")
    assert len(gather([source(str(table))], Sieve(), cache).molecules) == 3


def test_sources_are_joined_in_their_order(table: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    found = gather(
        [source("known-additives"), source(str(table))], Sieve(), tmp_path, lambda *told: seen.append(told)
    )
    assert found.counts[str(table)]["had before"] == 4, "both are known additives"
    (ethanol,) = (c for c in found.compounds if c.molecule == parse("CCO"))
    assert ethanol.source == "known-additives"
    assert ethanol.labels == {"homo": pytest.approx(-7.6)}
    assert not any(c.molecule.charge for c in found.compounds)
    assert seen[-1] == (str(table), 8)


def test_a_source_that_there_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        SourceError, match="neither known-additives, corpus, chemicals, qm9, zinc-exchange nor a"
    ):
        source("zinc15")
    with pytest.raises(MoleculeFileError, match="cannot be read: No such file"):
        source(str(tmp_path / "nowhere.smi"))
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(SourceError, match=r"needs the package qm9pack: pip install 'zincloop\[corpus\]'"):
        source("qm9")


def test_qm9_has_its_orbital_energies_in_ev() -> None:
    methane, *_, fifth = islice(source("qm9").records(), 5)
    assert parse(methane.smiles) == parse("C")
    # Ramakrishnan et al., 10.1038/sdata.2014.22: -0.3877 and 0.1171 hartree.
    assert [float(methane.fields[label]) for label in ("homo", "lumo")] == pytest.approx(
        [-10.550, 3.186], abs=2e-3
    )
    assert fifth.line == 5


def test_known_additives_have_their_exchange_energies(tmp_path: Path) -> None:
    found = gather([source("known-additives"), source("zinc-exchange")], Sieve(), tmp_path)
    binding = {c.molecule.smiles: c.labels.get("zn_exchange") for c in found.compounds}
    assert binding["CS(C)=O"] == pytest.approx(-0.125, abs=1e-3)
    assert sum(value is not None for value in binding.values()) > 1900
