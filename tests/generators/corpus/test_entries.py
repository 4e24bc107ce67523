"""Lists of molecules: the shipped ones are what they claim, a user's file is checked line by line."""

from __future__ import annotations

import csv
import gzip
import io
from importlib.resources import files
from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem import Descriptors

from generators.corpus.entries import (
    ADDITIVES,
    cas_numbers,
    content_hash,
    corpus,
    known_additives,
    read_file,
)
from generators.corpus.reading import MoleculeFileError
from loop.molecule import parse


def rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files("generators.data").joinpath(file).read_text())))


@pytest.mark.parametrize("file", ADDITIVES)
def test_every_figure_of_an_additive_agrees_with_its_structure(file: str) -> None:
    for row in rows(file):
        molecule = parse(row["smiles"])
        assert molecule.smiles == row["smiles"], row["name"]
        assert molecule.formula == row["formula"], row["name"]
        assert molecule.charge == int(row["charge"]), row["name"]
        assert molecule.heavy_atoms == int(row["heavy_atoms"]), row["name"]
        weight = Descriptors.MolWt(molecule.rdkit())  # type: ignore[attr-defined]
        assert weight == pytest.approx(float(row["mw"]), abs=0.02), row["name"]
        assert row["certainty"] in {"verified", "high", "medium", "low"}


@pytest.mark.parametrize("file", ADDITIVES)
def test_an_additive_is_listed_once(file: str) -> None:
    listed = rows(file)
    assert len({row["smiles"] for row in listed}) == len({row["name"] for row in listed}) == len(listed)


@pytest.mark.parametrize(
    ("name", "inchikey"),
    [
        ("meso-erythritol", "UNXHWFMMPAWVPI-ZXZARUISSA-N"),
        ("xylitol", "HEBKCHPVOIAQTA-SCDXWVJYSA-N"),
        ("myo-inositol", "CDAISMWEOUEBRE-GPIVLXJGSA-N"),
        ("phytic acid", "IMQLKJBTEOYOSI-GPIVLXJGSA-N"),
    ],
)
def test_stereochemistry_that_was_once_wrong_is_right(name: str, inchikey: str) -> None:
    (found,) = (entry for entry in known_additives() if entry.name == name)
    assert parse(found.smiles).inchikey == inchikey


def test_the_corpus_is_canonical_neutral_small_and_without_repeats() -> None:
    listed = [entry for entry in corpus() if entry.origin == "library"]
    assert len(listed) > 19_000
    assert len({entry.smiles for entry in corpus()}) == len(corpus())
    for entry in listed[::10]:
        molecule = parse(entry.smiles)
        assert molecule.smiles == entry.smiles
        assert molecule.charge == 0
        assert 2 <= molecule.heavy_atoms <= 20
        assert entry.name


def test_a_table_is_read_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('id,name,smiles\n1,"a, b",OC\n2,,C1COC(=O)O1\n')
    assert [(e.smiles, e.name) for e in read_file(path)] == [("CO", "a, b"), ("O=C1OCCO1", None)]


def test_every_bad_line_is_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "list.smi"
    path.write_text("CCO\nC(C\n\nCC.O water beside\nCO\n[CH3]\n")
    with pytest.raises(MoleculeFileError) as caught:
        read_file(path)
    count, *lines = str(caught.value).splitlines()
    assert count == "3 lines are not usable:"
    assert lines[0] == f"{path}:2: 'C(C' is not a valid SMILES"
    assert lines[1].startswith(f"{path}:4: 'CC.O' has several fragments")
    assert lines[2].startswith(f"{path}:6: '[CH3]' is a radical")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("list.smi", b"# nothing\n\n", "holds no molecule"),
        ("list.csv", b"name,structure\na,CCO\n", ":1: a library in CSV needs a column named 'smiles'"),
        ("list.csv", b"smiles,name\nCCO,a\n,empty\n", ":3: the SMILES is empty"),
        ("list.txt", b"CCO\n", "must end in .smi, .csv or .sdf"),
        ("list.smi", b"\xff\xfe\x00", "not a text file"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MoleculeFileError) as caught:
        read_file(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MoleculeFileError, match=r"nowhere\.smi cannot be read"):
        read_file(tmp_path / "nowhere.smi")


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "list.smi"
    path.write_text("CCO\n")
    before = content_hash(read_file(path))
    path.write_text("CCO\nCO\n")
    assert content_hash(read_file(path)) != before


def test_every_registry_number_has_its_check_digit() -> None:
    numbers = cas_numbers()
    assert numbers["CS(C)=O"] == "67-68-5"
    assert len(numbers) > 19_000
    for number in numbers.values():
        *digits, check = (int(c) for c in number if c != "-")
        assert sum(k * d for k, d in enumerate(reversed(digits), start=1)) % 10 == check, number


def test_a_list_may_be_an_sd_file_and_gzipped(tmp_path: Path) -> None:
    block = Chem.MolToMolBlock(Chem.MolFromSmiles("CC#N"))
    path = tmp_path / "list.sdf.gz"
    path.write_bytes(gzip.compress(f"{block}$$$$\nbroken\n\n\n$$$$\n".encode()))
    with pytest.raises(MoleculeFileError, match=rf"{path}:\d+: its structure cannot be read"):
        read_file(path)
    path.write_bytes(gzip.compress(f"acetonitrile{block}$$$$\n".encode()))
    assert [(e.smiles, e.name) for e in read_file(path)] == [("CC#N", "acetonitrile")]
