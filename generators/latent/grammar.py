"""SELFIES, the language in which every sentence is a molecule (Krenn et al., 10.1088/2632-2153/aba947).

The bonding capacities are global state of the ``selfies`` package; they are set here, when this module is
imported, and nowhere else in the project.
"""

from __future__ import annotations

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
    """Read SELFIES into a neutral, closed-shell molecule; open shells are filled with hydrogen.

    Raises
    ------
    MoleculeError
        If the text is empty, contains an unknown symbol, or carries a net charge.
    """
    try:
        smiles = selfies.decoder(text)
    except selfies.DecoderError as error:
        raise MoleculeError(f"'{text}' is not SELFIES") from error
    molecule = _closed_shell(smiles)
    if molecule.charge:
        raise MoleculeError(f"'{molecule}' has net charge {molecule.charge:+d}")
    return molecule


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
