"""Salts, ions and labels: what is left of a compound, and why nothing is."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from generators.corpus.entries import Entry, corpus
from generators.corpus.standard import Change, Reason, RefusedError, standardise
from loop.molecule import parse


@pytest.mark.parametrize(
    ("text", "smiles", "changes"),
    [
        ("CCO", "CCO", set()),
        ("[Na+].CC(=O)[O-]", "CC(=O)O", {Change.SALT, Change.CHARGE}),
        ("[Zn+2].CC(=O)[O-].CC(=O)[O-]", "CC(=O)O", {Change.SALT, Change.CHARGE}),
        ("CCN.Cl", "CCN", {Change.SALT}),
        ("CC[NH3+].[Cl-]", "CCN", {Change.SALT, Change.CHARGE}),
        ("NCCN.O.O", "NCCN", {Change.SALT}),
        # An organic counter-ion that RDKit's list knows.
        ("CC(N)c1ccccc1.CS(=O)(=O)O", "CC(N)c1ccccc1", {Change.SALT}),
        ("[K+].[K+].[O-]C([O-])=O.CCN", "CCN", {Change.SALT}),
        ("[2H]C([2H])([2H])O", "CO", {Change.LABEL}),
        # Zwitterions stay; an ion of one moves one proton, not all of them.
        ("[NH3+]CC(=O)[O-]", "[NH3+]CC(=O)[O-]", set()),
        ("C[N+](C)(C)CC(=O)[O-]", "C[N+](C)(C)CC(=O)[O-]", set()),
        ("[Na+].[NH3+]C(CCC(=O)[O-])C(=O)[O-]", None, {Change.SALT, Change.CHARGE}),
        ("[Na+].NCC(=O)[O-]", "NCC(=O)O", {Change.SALT, Change.CHARGE}),
        ("C[N+](=O)[O-]", "C[N+](=O)[O-]", set()),
        ("CN(=O)=O", "C[N+](=O)[O-]", set()),
        ("c1cc[n+]([O-])cc1", "[O-][n+]1ccccc1", set()),
        ("[Na+].[O-]c1ccccc1", "Oc1ccccc1", {Change.SALT, Change.CHARGE}),
        ("C[C@H](O)C(=O)[O-].[Li+]", "C[C@H](O)C(=O)O", {Change.SALT, Change.CHARGE}),
        ("[Na+].C[S-]", "CS", {Change.SALT, Change.CHARGE}),
        ("[Na+].O=C1[N-]S(=O)(=O)c2ccccc12", "O=C1NS(=O)(=O)c2ccccc12", {Change.SALT, Change.CHARGE}),
        ("[Na+].[O-]C=O", "O=CO", {Change.SALT, Change.CHARGE}),
        # A sulfoxide is no zwitterion; a sulfonium is.
        ("CS(C)=O", "CS(C)=O", set()),
        ("C[S+](C)[O-]", "CS(C)=O", set()),
        ("C[S@+]([O-])CC", "CC[S@](C)=O", set()),
        ("C[S+](C)CC(=O)[O-]", "C[S+](C)CC(=O)[O-]", set()),
        ("OB(O)O", "OB(O)O", set()),
        ("NC(N)=O", "NC(N)=O", set()),
    ],
)
def test_what_is_left_of_a_compound(text: str, smiles: str | None, changes: set[Change]) -> None:
    found = standardise(text)
    assert found.changes == changes
    assert found.molecule.charge == 0
    if smiles is not None:
        assert found.molecule == parse(smiles)


def test_glutamate_is_left_a_zwitterion() -> None:
    found = standardise("[Na+].[NH3+]C(CCC(=O)[O-])C(=O)[O-]").molecule.smiles
    assert found.count("[O-]") == 1
    assert "[NH3+]" in found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY),
        ("  ", Reason.EMPTY),
        ("C(", Reason.UNREADABLE),
        ("C" * 2000, Reason.UNREADABLE),
        ("CCO.CCN", Reason.MIXTURE),
        ("[Na+].[Cl-]", Reason.INORGANIC),
        ("O", Reason.INORGANIC),
        ("C[N+](C)(C)C.[Cl-]", Reason.CHARGED),
        ("C[Zn]C", Reason.ELEMENTS),
        ("CI", Reason.ELEMENTS),
        ("C[CH2]", Reason.OPEN),
        ("C*", Reason.ELEMENTS),
    ],
)
def test_why_nothing_is_left(text: str, reason: Reason) -> None:
    with pytest.raises(RefusedError, match=r".") as refused:
        standardise(text)
    assert refused.value.reason is reason


@given(st.sampled_from(corpus()), st.sampled_from(["", ".O", ".Cl", ".[Na+].[Cl-]"]))
def test_a_molecule_stays_what_it_is_with_salt_or_without(entry: Entry, salt: str) -> None:
    assume(not parse(entry.smiles).charge)
    try:
        alone = standardise(entry.smiles)
    except RefusedError as refused:
        assert refused.reason is Reason.INORGANIC
        assume(False)
    assert standardise(entry.smiles + salt).molecule == alone.molecule
    assert standardise(alone.molecule.smiles).molecule == alone.molecule
