"""The library: lists of compounds, drawn at random or near the incumbents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from generators.corpus.reading import MoleculeFileError
from generators.library import Library
from loop.molecule import Limits, parse, similarities


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "mine.smi"
    path.write_text(
        "# a comment\nOCC glycol-like\n\nCS(C)=O\tdimethyl sulfoxide\nC(C)O ethanol again\nOCCO\n"
    )
    return path


def test_a_file_is_proposed_with_its_names(listed: Path) -> None:
    found = Library(source=str(listed)).propose([], 10, Limits(), seed=0)
    assert {(c.molecule.smiles, c.name, c.origin) for c in found} == {
        ("CCO", "glycol-like", "library"),
        ("CS(C)=O", "dimethyl sulfoxide", "library"),
        ("OCCO", None, "library"),
    }


def test_known_additives_carry_their_name_and_origin() -> None:
    found = Library().propose([], 200, Limits(), seed=0)
    assert {c.origin for c in found} == {"known additive"}
    assert all(c.name for c in found)
    assert "dimethyl sulfoxide" in {c.name for c in found}


def test_the_corpus_holds_the_known_additives_and_more() -> None:
    found = Library(source="corpus").propose([parse("OCCO")], 60, Limits(), seed=0)
    assert {c.origin for c in found} == {"known additive", "library"}


def test_the_first_half_are_the_nearest_and_the_rest_are_not_chosen_for_it() -> None:
    incumbent = parse("CNC(=O)CO")
    found = Library(source="corpus").propose([incumbent], 40, Limits(), seed=0)
    near, rest = found[:20], found[20:]
    assert {c.parent for c in near} == {incumbent.smiles}
    assert {c.parent for c in rest} == {None}
    to_near = similarities(incumbent, [c.molecule for c in near])
    assert (np.diff(to_near) <= 0).all()
    assert to_near.min() > similarities(incumbent, [c.molecule for c in rest]).mean() + 0.1


def test_the_parent_is_the_incumbent_it_is_closest_to() -> None:
    incumbents = [parse("OCC(O)CO"), parse("CN1CCCC1=O")]
    for candidate in Library(source="corpus").propose(incumbents, 30, Limits(), seed=0)[:15]:
        to_each = similarities(candidate.molecule, incumbents)
        assert candidate.parent == incumbents[int(to_each.argmax())].smiles


def test_the_version_follows_the_content_of_the_file_not_its_name(listed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.smi"
    copy.write_bytes(listed.read_bytes())
    before = Library(source=str(listed)).version()
    assert Library(source=str(copy)).version() == before
    copy.write_text("CCO\n")
    assert Library(source=str(copy)).version() != before
    assert Library().version() != Library(source="corpus").version()


def test_a_misspelt_list_is_refused_when_it_is_written() -> None:
    with pytest.raises(ValidationError, match="'known-additive' is neither known-additives nor corpus"):
        Library(source="known-additive")


def test_a_bad_file_is_reported_before_anything_is_proposed(tmp_path: Path) -> None:
    path = tmp_path / "bad.smi"
    path.write_text("CCO\nnot-a-smiles\n")
    with pytest.raises(MoleculeFileError, match=r"bad\.smi:2: 'not-a-smiles' is not a valid SMILES"):
        Library(source=str(path)).version()


def test_the_users_own_list_is_told_by_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.smi"
    path.write_text("OCC ethanol\nCCBr\n")
    assert Library(source=str(path)).own_list() == {"ethanol": parse("CCO"), "CCBr": parse("CCBr")}
    assert Library(source="known-additives").own_list() == {}
