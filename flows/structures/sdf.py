"""Geometries as molecules with bonds, for programs that want these."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rdkit import Chem
from rdkit.Chem.rdchem import Mol

from flows.structures.structure import Structure
from oracles.chemistry.geometry import Geometry


def write_molecules(found: Iterable[Structure], path: Path) -> None:
    """Write every geometry that is its molecule, alone or with an ion and waters; others are left out."""
    with Chem.SDWriter(str(path)) as writer:
        for structure in found:
            mol = placed(structure.isomer, structure.geometry)
            if mol is not None:
                writer.write(_described(structure, mol))


def placed(isomer: str, geometry: Geometry) -> Mol | None:
    """The molecule with explicit hydrogens at its geometry; ``None`` if they do not belong together.

    An ion and waters may follow the molecule's atoms, as they do in complexes. The ion has no bonds: bonds
    to it, which RDKit could hold as dative ones, would need the newer format (V3000), which fewer programs
    read, and where its neighbours are is in the coordinates.

    Parameters
    ----------
    isomer
        SMILES whose atoms, and then their hydrogens, are in the order of the geometry.
    """
    mol = Chem.AddHs(Chem.MolFromSmiles(isomer))
    if (rest := geometry.symbols[mol.GetNumAtoms() :]) != ():
        ion, *waters = rest
        if waters != ["O", "H", "H"] * (len(waters) // 3):
            return None
        mol = _with(mol, f"[{ion}{geometry.charge - Chem.GetFormalCharge(mol):+d}]")
        for _ in range(len(waters) // 3):
            mol = _with(mol, "[H]O[H]")
    if tuple(atom.GetSymbol() for atom in mol.GetAtoms()) != geometry.symbols:
        return None
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.Set3D(True)
    for k, position in enumerate(geometry.positions):
        conformer.SetAtomPosition(k, [float(x) for x in position])
    mol.AddConformer(conformer)
    return mol


def _with(mol: Mol, smiles: str) -> Mol:
    """Put another molecule behind, its hydrogens last."""
    other = Chem.AddHs(Chem.RemoveHs(Chem.MolFromSmiles(smiles)))
    return Chem.CombineMols(mol, other)


def _described(structure: Structure, mol: Mol) -> Mol:
    pairs = structure.pairs()
    mol.SetProp("_Name", f"{pairs['smiles']} {pairs['oracle']} {pairs['role']}")
    for key, value in (pairs | {"isomer": structure.isomer, "protocol": structure.protocol.name}).items():
        mol.SetProp(key, str(value))
    for name, found in structure.values.items():
        mol.SetDoubleProp(name, found["value"])
        mol.SetDoubleProp(f"{name} uncertainty", found["uncertainty"])
    if structure.trajectory is not None:
        mol.SetDoubleProp("energy_ev", float(structure.trajectory.energies[-1]))
        mol.SetProp("energy_by", structure.trajectory.level)
    return mol
