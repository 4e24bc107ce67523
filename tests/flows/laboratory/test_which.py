"""A spreadsheet takes some requests for numbers; the SMILES in the row still says which molecule it was."""

from __future__ import annotations

import pytest

from flows.laboratory.cells import CellError
from flows.laboratory.which import Molecules
from loop.campaign import State
from loop.molecule import parse
from loop.records import Request

ACETONE, ETHANOL = parse("CC(C)=O"), parse("CCO")


def molecules(key: str) -> Molecules:
    asked = [
        Request(key, ACETONE, "laboratory", "p"),
        Request("ab12cd34ab12cd34", ETHANOL, "laboratory", "p"),
    ]
    return Molecules(State(requests={request.key: request for request in asked}), unsolicited=False)


@pytest.mark.parametrize(
    ("key", "left"),
    [
        ("9068e106ab12cd34", "9.07E+109"),
        ("9068e106ab12cd34", "9,07E+109"),
        ("9068e106ab12cd34", "9.068e+109"),
        ("00123456ab12cd34", "123456"),
    ],
)
def test_a_request_that_became_a_number_is_known_by_its_molecule(key: str, left: str) -> None:
    assert molecules(key).of({"request": left, "smiles": "CC(=O)C"}) == ACETONE
    for other in ({"request": left}, {"request": left, "smiles": "CCO"}):
        with pytest.raises(CellError, match="was never asked"):
            molecules(key).of(other)


@pytest.mark.parametrize("left", ["9.20E+109", "9.07E+999", "9068e107", "9068f106"])
def test_another_request_is_not(left: str) -> None:
    with pytest.raises(CellError, match="was never asked"):
        molecules("9068e106ab12cd34").of({"request": left, "smiles": "CC(=O)C"})


@pytest.mark.parametrize("written", ["67-64-1", "acetone", "Acetone"])
def test_a_name_or_a_cas_number_is_told_from_a_misspelt_smiles(written: str) -> None:
    with pytest.raises(CellError, match=r"as a name or CAS number it is CC\(C\)=O"):
        molecules("9068e106ab12cd34").of({"smiles": written})
    with pytest.raises(CellError) as caught:
        molecules("9068e106ab12cd34").of({"smiles": "C1CC"})
    assert str(caught.value) == "column smiles: 'C1CC' is not a valid SMILES"
