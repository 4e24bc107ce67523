"""Files of molecules: what is read of each form, and where it is."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import AllChem

from generators.corpus.reading import MoleculeFileError, Record, kind, records


def written(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["a.smi", "a.SMI", "a.smi.gz"])
def test_smiles_with_names(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, "\ufeffCCO ethanol, dry\n\n# a remark\nCC#N\n O \t water\n")
    assert list(records(path)) == [
        Record(1, "CCO", "ethanol, dry"),
        Record(4, "CC#N", ""),
        Record(5, "O", "water"),
    ]


def test_tables_whatever_the_order_and_the_case_of_their_columns(tmp_path: Path) -> None:
    text = 'name,SMILES ,homo\n"urea, pure",NC(N)=O,-7.1\n,CC#N,\nx,CCO,1,2\n'
    found = list(records(written(tmp_path / "a.csv", text)))
    assert found[0] == Record(2, "NC(N)=O", "urea, pure", {"homo": "-7.1"})
    assert found[1] == Record(3, "CC#N", "", {"homo": ""})
    assert "more cells" in found[2].problem


def test_records_of_an_sd_file_with_stereochemistry_of_their_geometry(tmp_path: Path) -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles("C[C@H](O)C(=O)O"))
    AllChem.EmbedMolecule(mol, randomSeed=1)  # type: ignore[attr-defined]
    mol.SetProp("_Name", "lactic acid")
    mol.SetProp("homo", "-7.5")
    good = Chem.MolToMolBlock(mol) + ">  <homo>\n-7.5\n\n$$$$\n"
    bad = "broken\n\n\nnothing\n$$$$\n"
    first, second, third = records(written(tmp_path / "a.sdf.gz", good + bad + good.replace("$$$$\n", "")))
    assert (first.smiles, first.name, first.line) == ("C[C@H](O)C(=O)O", "lactic acid", 1)
    assert float(first.fields["homo"]) == -7.5
    assert (second.problem, second.name) == ("its structure cannot be read", "broken")
    assert second.line == good.count("\n") + 1
    assert third.smiles == first.smiles, "a last record without an end"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", b"", "must end in .smi, .csv or .sdf"),
        ("a.csv", b"name,structure\nx,C\n", "needs a column named 'smiles'"),
        ("a.csv", b"", "needs a column named 'smiles'"),
        ("a.smi", b"\xff\xfe\x00", "not a text file"),
        ("a.smi.gz", b"CCO", "not a whole gzip file"),
        ("a.smi.gz", gzip.compress(b"CCO" * 100, mtime=0)[:-12], "not a whole gzip file"),
        ("a.smi", None, "cannot be read: No such file"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MoleculeFileError, match=message) as refused:
        list(records(path, "library"))
    assert str(path) in str(refused.value)


@given(st.text(max_size=200), st.sampled_from([".smi", ".csv", ".sdf"]))
def test_any_text_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"a{suffix}"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    try:
        found = list(records(path))
    except MoleculeFileError:
        return
    lines = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    assert all(1 <= record.line <= lines for record in found)


def test_the_kind_of_a_file_is_the_suffix_before_gz() -> None:
    assert [kind(Path(name)) for name in ("a.CSV", "b.sdf.GZ", "c", ".gz")] == [".csv", ".sdf", "", ""]
