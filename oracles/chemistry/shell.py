"""What surrounds the zinc ion, and whether a complex is still the one that was built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rdkit.Chem.rdchem import Mol

from oracles.chemistry.connectivity import Bonds, bonds_in_space, bonds_of, isomer_in_space, name_change
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.octahedron import WATERS

REACH = {"O": 2.6, "N": 2.6, "F": 2.6, "S": 2.75, "P": 2.75, "Cl": 2.75, "Br": 2.85}
"""An atom this near to zinc (angstrom) belongs to its first shell."""

ZINC_OXYGEN = (1.9, 2.3)
"""Range of believable Zn-O distances in the first shell, in angstrom."""

COORDINATION = (5, 6)


@dataclass(frozen=True)
class Shell:
    """The first shell of the zinc ion.

    Attributes
    ----------
    ligand
        Indices of the ligand's atoms in it.
    waters
        Indices of water oxygens in it.
    distances
        Distance of each of these from zinc, in angstrom, ligand first.
    """

    ligand: tuple[int, ...]
    waters: tuple[int, ...]
    distances: tuple[float, ...]

    @property
    def coordination(self) -> int:
        """Number of atoms in the shell."""
        return len(self.ligand) + len(self.waters)


def shell_of(geometry: Geometry, ligand_atoms: int) -> Shell:
    """Read the first shell; atoms in the order ligand, Zn, waters."""
    apart = np.linalg.norm(geometry.positions - geometry.positions[ligand_atoms], axis=1)
    near = [
        k
        for k, symbol in enumerate(geometry.symbols)
        if k != ligand_atoms and apart[k] < REACH.get(symbol, 0.0)
    ]
    return Shell(
        tuple(k for k in near if k < ligand_atoms),
        tuple(k for k in near if k > ligand_atoms),
        tuple(round(float(apart[k]), 4) for k in near),
    )


def flaw(mol: Mol, isomer: str, geometry: Geometry) -> str | None:
    """Say why a relaxed complex is not the intact monodentate one, or return ``None`` if it is.

    Parameters
    ----------
    mol
        The ligand, hydrogens explicit.
    isomer
        Its SMILES with every stereo element set.
    geometry
        Atoms in the order ligand, Zn, then O, H, H for each water.
    """
    n = mol.GetNumAtoms()
    changed = name_change(_expected(mol), _without_zinc(geometry, n), geometry)
    if changed is not None:
        return f"the bonds changed: {changed}"
    found = isomer_in_space(mol, geometry.positions[:n])
    if found != isomer:
        return f"the stereochemistry changed: {isomer} became {found}"
    return _flaw_of_shell(geometry, shell_of(geometry, n))


def _expected(mol: Mol) -> Bonds:
    first = mol.GetNumAtoms() + 1
    oxygens = range(first, first + 3 * WATERS, 3)
    return bonds_of(mol) | {(o, o + h) for o in oxygens for h in (1, 2)}


def _without_zinc(geometry: Geometry, zinc: int) -> Bonds:
    return frozenset(pair for pair in bonds_in_space(geometry) if zinc not in pair)


def _flaw_of_shell(geometry: Geometry, shell: Shell) -> str | None:
    if not shell.ligand:
        return "the ligand left the first shell"
    if len(shell.ligand) > 1:
        return f"the ligand binds with {len(shell.ligand)} atoms, not with one"
    if not COORDINATION[0] <= shell.coordination <= COORDINATION[1]:
        return f"zinc has {shell.coordination} neighbours, not {COORDINATION[0]} to {COORDINATION[1]}"
    for k, distance in zip(shell.ligand + shell.waters, shell.distances, strict=True):
        if geometry.symbols[k] == "O" and not ZINC_OXYGEN[0] <= distance <= ZINC_OXYGEN[1]:
            return f"a Zn-O distance is {distance:.2f} A, outside {ZINC_OXYGEN[0]} to {ZINC_OXYGEN[1]} A"
    return None
