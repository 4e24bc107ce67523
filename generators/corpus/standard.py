"""One way to write a compound down: what is left of a salt, which charges stay, and why there is none.

Counter-ions and water of crystallisation go, labels of isotopes and atom maps go, an ion takes or gives the
protons that it lacks. A molecule without a net charge stays as it is: a zwitterion is one, and nobody here
says otherwise. Tautomers stay as they are drawn, stereochemistry, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from rdkit import Chem
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.Chem.rdchem import Mol
from rdkit.Chem.SaltRemover import SaltRemover

from loop.molecule import ELEMENTS, MAX_TEXT, Molecule, MoleculeError, parse

VERSION = 2
"""Raised whenever a compound may come out otherwise; part of the key under which corpora are cached."""


class Change(StrEnum):
    """What was done to a compound."""

    SALT = "a counter-ion or water of crystallisation taken away"
    CHARGE = "an ion made neutral by its protons"
    LABEL = "labels of isotopes taken away"


class Reason(StrEnum):
    """Why there is no molecule to work with."""

    EMPTY = "without a structure"
    UNREADABLE = "a structure that RDKit does not read"
    MIXTURE = "several compounds in one entry"
    INORGANIC = "without carbon, boron or silicon"
    CHARGED = "an ion that no proton makes neutral"
    ELEMENTS = f"elements other than {' '.join(ELEMENTS)}"
    OPEN = "a radical or an atom without an element"


class RefusedError(MoleculeError):
    """A compound that cannot be written down as one neutral molecule.

    Attributes
    ----------
    reason
        The filter that took it out.
    """

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(f"'{text}': {reason}" if text else str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Standard:
    """A molecule, and what was done to have it."""

    molecule: Molecule
    changes: frozenset[Change]


def standardise(text: str) -> Standard:
    """Write a compound as one neutral molecule.

    Parameters
    ----------
    text
        SMILES, of several fragments where it is a salt or a hydrate.

    Raises
    ------
    RefusedError
        If there is no such molecule.
    """
    text = text.strip()
    mol = _read(text)
    changes: set[Change] = set()
    single = _single(mol, text)
    if single.GetNumAtoms() < mol.GetNumAtoms():
        changes.add(Change.SALT)
    if any(atom.GetIsotope() for atom in single.GetAtoms()):
        changes.add(Change.LABEL)
        _unlabel(single)
    single = _normaliser().normalize(single)
    if Chem.GetFormalCharge(single):
        changes.add(Change.CHARGE)
        single = _neutral(single, text)
    if {atom.GetSymbol() for atom in single.GetAtoms()} - set(ELEMENTS):
        raise RefusedError(Reason.ELEMENTS, text)
    try:
        return Standard(parse(Chem.MolToSmiles(single)), frozenset(changes))
    except MoleculeError as error:
        raise RefusedError(Reason.OPEN, text) from error


def _read(text: str) -> Mol:
    if not text:
        raise RefusedError(Reason.EMPTY, text)
    mol = Chem.MolFromSmiles(text) if len(text) <= MAX_TEXT else None
    if mol is None:
        raise RefusedError(Reason.UNREADABLE, text)
    if not mol.GetNumAtoms():
        raise RefusedError(Reason.EMPTY, text)
    return mol


def _single(mol: Mol, text: str) -> Mol:
    """The one compound of an entry, its counter-ions left away; a list of them is RDKit's."""
    parts = {Chem.MolToSmiles(part): part for part in Chem.GetMolFrags(mol, asMols=True)}
    organic = {smiles: part for smiles, part in parts.items() if _is_organic(part)}
    if not organic:
        raise RefusedError(Reason.INORGANIC, text)
    if len(organic) > 1:
        both = Chem.MolFromSmiles(".".join(organic))
        stripped = _salts().StripMol(both, dontRemoveEverything=True)  # type: ignore[no-untyped-call]
        organic = {Chem.MolToSmiles(part): part for part in Chem.GetMolFrags(stripped, asMols=True)}
    if len(organic) > 1:
        raise RefusedError(Reason.MIXTURE, text)
    (only,) = organic.values()
    return Chem.Mol(only)


def _is_organic(part: Mol) -> bool:
    """Whether it may be an additive at all: carbonate, cyanide and their kin are counter-ions."""
    symbols = [atom.GetSymbol() for atom in part.GetAtoms()]
    carbons = symbols.count("C")
    lone = carbons == 1 and not any(
        atom.GetTotalNumHs() or {"C", "F"} & {n.GetSymbol() for n in atom.GetNeighbors()}
        for atom in part.GetAtoms()
        if atom.GetSymbol() == "C"
    )
    charged = bool(Chem.GetFormalCharge(part))
    return bool({"B", "Si"} & set(symbols)) or (carbons > 0 and not (lone and charged))


def _unlabel(mol: Mol) -> None:
    for atom in mol.GetAtoms():
        atom.SetIsotope(0)


def _neutral(mol: Mol, text: str) -> Mol:
    """The molecule with as many protons more or less as its charge asks for, one after the other."""
    editable = Chem.RWMol(mol)
    charge = Chem.GetFormalCharge(editable)
    for atom in _movable(editable, charge):
        if not charge:
            break
        step = -1 if charge > 0 else 1
        atom.SetNumExplicitHs(atom.GetTotalNumHs() + step)
        atom.SetFormalCharge(atom.GetFormalCharge() + step)
        atom.SetNoImplicit(True)
        charge += step
    if charge:
        raise RefusedError(Reason.CHARGED, text)
    try:
        Chem.SanitizeMol(editable)
    except (Chem.AtomValenceException, Chem.KekulizeException) as error:
        raise RefusedError(Reason.CHARGED, text) from error
    return editable.GetMol()


def _movable(mol: Mol, charge: int) -> Iterator[Chem.Atom]:
    """Atoms that can take a proton (of an anion) or give one (of a cation), in canonical order.

    Not those whose charge a neighbour balances, as in nitro groups and N-oxides.
    """
    ranks = list(Chem.CanonicalRankAtoms(mol))
    for atom in sorted(mol.GetAtoms(), key=lambda a: ranks[a.GetIdx()]):
        own = atom.GetFormalCharge()
        balanced = any(own * n.GetFormalCharge() < 0 for n in atom.GetNeighbors())
        if own * charge > 0 and not balanced and (own < 0 or atom.GetTotalNumHs()):
            yield atom


@cache
def _salts() -> SaltRemover:
    return SaltRemover()  # type: ignore[no-untyped-call]


@cache
def _normaliser() -> rdMolStandardize.Normalizer:
    return rdMolStandardize.Normalizer()
