"""Rings that no molecule has."""

from __future__ import annotations

import pytest

from generators.latent.strain import is_impossible
from loop.molecule import parse


@pytest.mark.parametrize(
    "smiles",
    [
        "c1cc2ccc1CC2",  # benzene bridged by two atoms
        "C1CC2CCC1=C2",  # 1-norbornene
        "C1=C2CCC(C1)CC2",  # bicyclo[2.2.2]oct-1-ene
        "COC12C=CC(=CC1)C2",
        "CCC1CC#CCC1",
        "C1=C=CCCC1",
    ],
)
def test_what_no_bottle_holds(smiles: str) -> None:
    assert is_impossible(parse(smiles))


@pytest.mark.parametrize(
    "smiles",
    [
        "C1CC2CC1C=C2",  # norbornene
        "C=C1C2CCC1CC2",  # a double bond on a bridge, not at its head
        "CC1(C)C2CCC1(C)C(=O)C2",  # camphor
        "C1=C2CCCC(C1)CCC2",  # bicyclo[3.3.1]non-1-ene
        "C1CCC#CCCC1",  # cyclooctyne
        "CC1(C)C#CC(C)(C)CCC1",
        "c1ccc2ccccc2c1",
        "c1ccc2c(c1)C1CCC2C1",
        "C1C2CC3CC1CC(C2)C3",  # adamantane
        "C1N2CN3CN1CN(C2)C3",  # hexamine
        "C1CN2CCN1CC2",  # DABCO
    ],
)
def test_what_one_can_buy_or_make(smiles: str) -> None:
    assert not is_impossible(parse(smiles))
