"""Preparing the corpus: every filter, on compounds that it must take out or keep."""

from __future__ import annotations

import gzip
from importlib.resources import files

import pytest

from generators.corpus.prepare import (
    MAX_HEAVY_ATOMS,
    MAX_LOGP,
    Compound,
    constitution,
    pack,
    refusal,
    select,
)


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("OCCO", None),
        ("C[C@H](O)C(=O)O", None),
        ("", "without a structure"),
        ("C(C", "not one connected, closed-shell molecule"),
        ("[Na+].[Cl-]", "not one connected, closed-shell molecule"),
        ("[CH3]", "not one connected, closed-shell molecule"),
        ("CC(=O)[O-]", "charged"),
        ("C[Se]C", "elements other than"),
        ("[2H]OC", "isotopes"),
        ("O", "fewer than 2"),
        ("O" + "CCO" * 7, "more than 20 heavy atoms"),
        ("CCCCCCCC", "Crippen logP above 2"),
    ],
)
def test_the_filters(smiles: str, reason: str | None) -> None:
    found = refusal(smiles, max_heavy_atoms=20, max_logp=2.0)
    assert found is None if reason is None else reason in (found or "")


def test_a_constitution_has_no_stereochemistry() -> None:
    assert constitution("C[C@H](O)C(=O)O") == constitution("C[C@@H](O)C(=O)O") == "CC(O)C(=O)O"
    assert constitution(r"OC(=O)/C=C\C(=O)O") == constitution("OC(=O)/C=C/C(=O)O")


def test_the_file_has_the_same_bytes_on_every_run() -> None:
    rows = [Compound("OCCO", "ethylene glycol", "107-21-1"), Compound("C=CO", "a, b", "")]
    assert pack(rows) == pack(rows)
    text = gzip.decompress(pack(rows)).decode()
    assert text == 'smiles,name,cas\nOCCO,ethylene glycol,107-21-1\nC=CO,"a, b",\n'


@pytest.mark.slow
def test_the_shipped_corpus_is_what_the_command_writes() -> None:
    rows, counts = select(MAX_HEAVY_ATOMS, MAX_LOGP)
    shipped = gzip.decompress(files("generators.data").joinpath("corpus.csv.gz").read_bytes())
    assert gzip.decompress(pack(rows)) == shipped
    assert counts["read"] == len(rows) + sum(n for reason, n in counts.items() if reason != "read")
