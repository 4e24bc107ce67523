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


def flat(molecule: Molecule) -> Molecule:
    """Return the molecule without stereochemistry, which the autoencoder does not model."""
    if not any(mark in molecule.smiles for mark in "@/\\"):
        return molecule
    mol = molecule.rdkit()
    Chem.RemoveStereochemistry(mol)
    return parse(Chem.MolToSmiles(mol))


@lru_cache(maxsize=50_000)
def to_symbols(molecule: Molecule) -> tuple[str, ...]:
    """Write a molecule as SELFIES symbols, its stereochemistry dropped.

    Raises
    ------
    MoleculeError
        If an atom has more bonds than the grammar gives it, or SELFIES does not cover the molecule.
    """
    smiles = flat(molecule).smiles
    try:
        return tuple(selfies.split_selfies(selfies.encoder(smiles)))
    except selfies.EncoderError as error:
        raise MoleculeError(f"'{smiles}' cannot be written as SELFIES") from error


@lru_cache(maxsize=50_000)
def to_molecule(text: str) -> Molecule:
    """Read SELFIES into a neutral, closed-shell molecule, whatever the sentence.

    Open shells are filled with hydrogen. Where charges do not cancel, the last symbols of the charge that is
    too much are read without it, one after the other: the beginning of a sentence keeps its meaning.

    Raises
    ------
    MoleculeError
        If the text is empty, or contains an unknown symbol.
    """
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
    return to_molecule("".join(symbols))


def _read(text: str) -> Molecule:
    try:
        return _closed_shell(selfies.decoder(text))
    except selfies.DecoderError as error:
        raise MoleculeError(f"'{text}' is not SELFIES") from error


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
    Chem.SanitizeMol(mol)
    return parse(Chem.MolToSmiles(mol))
