"""SELFIES, the language in which every sentence is a molecule (Krenn et al., 10.1088/2632-2153/aba947).

The bonding capacities are global state of the ``selfies`` package; they are set here, when this module is
imported, and nowhere else in the project.
"""

from __future__ import annotations

import re
from functools import lru_cache

import selfies
from rdkit import Chem

from loop.molecule import Molecule, MoleculeError, parse

CAPACITIES: dict[str, int] = {
    **selfies.get_preset_constraints("default"),
    **{"B-1": 4, "F+1": 2, "Si": 4, "Si+1": 3, "Si-1": 3, "P-1": 2, "S+1": 3, "S-1": 1},
    **{"Cl+1": 2, "Cl+2": 3, "Cl+3": 4, "Br+1": 2, "Br+2": 3, "Br+3": 4},
}
"""Bonds an atom can take: the preset, less the valences that RDKit refuses."""

selfies.set_semantic_constraints(CAPACITIES)

CHARGE = re.compile(r"^\[(?P<bond>[=#/\\]*)\d*(?P<element>[A-Z][a-z]?)@*(H\d)?(?P<sign>[+-])\d\]$")
"""A symbol of a charged atom."""

ATOM = re.compile(r"^\[[=#/\\]?\d*[A-Z][a-z]?(@{0,2})(H\d)?([+-]\d)?\]$")
"""A symbol of any atom: neither a ring nor a branch."""

MARKS = re.compile(r"\[(?P<bond>[=#]?)[-/\\]{1,2}(?P<rest>[A-Z])")
"""Bonds that tell the side on which they lie, of atoms, rings and branches."""


@lru_cache(maxsize=50_000)
def to_symbols(molecule: Molecule) -> tuple[str, ...]:
    """Write a molecule as SELFIES symbols, with its stereochemistry.

    Raises
    ------
    MoleculeError
        If an atom has more bonds than the grammar gives it, or SELFIES does not cover the molecule.
    """
    try:
        return tuple(selfies.split_selfies(selfies.encoder(molecule.smiles)))
    except selfies.EncoderError as error:
        raise MoleculeError(f"'{molecule.smiles}' cannot be written as SELFIES") from error


def is_atom(symbol: str) -> bool:
    """Whether a symbol stands for an atom, and so for a molecule where it is the first."""
    return ATOM.match(symbol) is not None


def without_stereo(text: str) -> str:
    """Leave the marks of stereochemistry out of SELFIES: the winding of atoms, and the sides of bonds."""
    return MARKS.sub(r"[\g<bond>\g<rest>", text.replace("@", ""))


@lru_cache(maxsize=50_000)
def to_molecule(text: str) -> Molecule:
    """Read SELFIES into a neutral, closed-shell molecule, whatever the sentence.

    Open shells are filled with hydrogen; stereochemistry that contradicts itself is left away. Where charges
    do not cancel, the last symbols of the charge that is too much are read without it, one after the other;
    where no molecule comes out that can be written down again (an aromatic ring of borenium and
    silylium), the last symbol is left away: the beginning of a sentence keeps its meaning.

    Raises
    ------
    MoleculeError
        If the text is empty, or contains an unknown symbol.
    """
    try:
        return _neutral(text)
    except MoleculeError:
        symbols = list(selfies.split_selfies(text))
        if not symbols or not all(map(_is_known, symbols)):
            raise
        return to_molecule("".join(symbols[:-1]))


def _neutral(text: str) -> Molecule:
    molecule = _read(text)
    if not molecule.charge:
        return molecule
    symbols = list(selfies.split_selfies(text))
    for place in reversed(range(len(symbols))):
        found = CHARGE.search(symbols[place])
        if found is None or (found["sign"] == "+") != (molecule.charge > 0):
            continue
        symbols[place] = f"[{found['bond']}{found['element']}]"
        molecule = _read("".join(symbols))
        if not molecule.charge:
            return molecule
    # Another length of a branch may have brought the other charge to light.
    return _neutral("".join(symbols))


@lru_cache
def _is_known(symbol: str) -> bool:
    try:
        selfies.decoder(symbol)
    except selfies.DecoderError:
        return False
    return True


def _read(text: str) -> Molecule:
    try:
        smiles = selfies.decoder(text)
    except selfies.DecoderError as error:
        raise MoleculeError(f"'{text}' is not SELFIES") from error
    try:
        return _closed_shell(smiles)
    except MoleculeError:
        if not set("@/\\") & set(text):
            raise
        return _read(without_stereo(text))


def _closed_shell(smiles: str) -> Molecule:
    """Parse, and give a radical the hydrogens it lacks."""
    try:
        return parse(smiles)
    except MoleculeError:
        mol = Chem.MolFromSmiles(smiles)
        if mol is None:
            raise
    for atom in mol.GetAtoms():
        atom.SetNumExplicitHs(atom.GetNumExplicitHs() + atom.GetNumRadicalElectrons())
        atom.SetNumRadicalElectrons(0)
    try:
        Chem.SanitizeMol(mol)
    except Chem.MolSanitizeException as error:
        raise MoleculeError(f"'{smiles}' is not a molecule with its open shells filled") from error
    return parse(Chem.MolToSmiles(mol))
