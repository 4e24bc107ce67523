"""What surrounds the ion, and whether a complex is still the one that was built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rdkit.Chem.rdchem import Mol

from oracles.chemistry.connectivity import Bonds, bonds_in_space, bonds_of, isomer_in_space, name_change
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ions import Ion

BEHIND = 0.5
"""In angstrom: so much farther from the ion than the atom it is bonded to, an atom binds nothing itself."""


@dataclass(frozen=True)
class Shell:
    """The first shell of the ion.

    Attributes
    ----------
    ligand
        Indices of the ligand's atoms in it.
    waters
        Indices of water oxygens in it.
    distances
        Distance of each of these from the ion, in angstrom, ligand first.
    """

    ligand: tuple[int, ...]
    waters: tuple[int, ...]
    distances: tuple[float, ...]

    @property
    def coordination(self) -> int:
        """Number of atoms in the shell."""
        return len(self.ligand) + len(self.waters)


def shell_of(geometry: Geometry, ligand: Mol, ion: Ion) -> Shell:
    """Read the first shell; atoms in the order ligand, ion, waters.

    An atom of the ligand that is only there because the one it is bonded to binds is none of it: the sulfur
    of dimethyl sulfoxide is 2.8 angstrom from a magnesium ion that the oxygen binds.
    """
    n = ligand.GetNumAtoms()
    apart = np.linalg.norm(geometry.positions - geometry.positions[n], axis=1)
    near = [
        k
        for k, symbol in enumerate(geometry.symbols)
        if k != n and symbol in ion.contacts and apart[k] < ion.contacts[symbol].reach
    ]
    for bond in ligand.GetBonds():
        pair = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        nearer, farther = sorted(pair, key=lambda k: float(apart[k]))
        if nearer in near and farther in near and apart[farther] - apart[nearer] > BEHIND:
            near.remove(farther)
    return Shell(
        tuple(k for k in near if k < n),
        tuple(k for k in near if k > n),
        tuple(round(float(apart[k]), 4) for k in near),
    )


def flaw(mol: Mol, isomer: str, geometry: Geometry, ion: Ion, *, weak: bool = False) -> str | None:
    """Say why a relaxed complex is not an intact one of its reaction, or return ``None`` if it is.

    The ligand must bind with as many atoms as waters were released; which atoms these are is for the
    relaxation to say.

    Parameters
    ----------
    mol
        The ligand, hydrogens explicit.
    isomer
        Its SMILES with every stereo element set.
    geometry
        Atoms in the order ligand, ion, then O, H, H for each water.
    weak
        Whether the ligand may be as far away as the first shell reaches.
    """
    released = ion.waters - _waters(mol, geometry)
    return rearranged(mol, isomer, geometry) or _flaw_of_shell(
        geometry, shell_of(geometry, mol, ion), ion, released, weak=weak
    )


def rearranged(mol: Mol, isomer: str, geometry: Geometry) -> str | None:
    """Say which bonds of ligand and waters changed, those of the ion left aside; ``None`` if none did.

    Parameters
    ----------
    mol, isomer, geometry
        As for :func:`flaw`; there may be no waters.
    """
    n = mol.GetNumAtoms()
    changed = name_change(_expected(mol, _waters(mol, geometry)), _without_ion(geometry, n), geometry)
    if changed is not None:
        return f"the bonds changed: {changed}"
    found = isomer_in_space(mol, geometry.positions[:n])
    return None if found == isomer else f"the stereochemistry changed: {isomer} became {found}"


def _waters(mol: Mol, geometry: Geometry) -> int:
    return (len(geometry.symbols) - mol.GetNumAtoms() - 1) // 3


def _expected(mol: Mol, waters: int) -> Bonds:
    first = mol.GetNumAtoms() + 1
    oxygens = range(first, first + 3 * waters, 3)
    return bonds_of(mol) | {(o, o + h) for o in oxygens for h in (1, 2)}


def _without_ion(geometry: Geometry, ion: int) -> Bonds:
    return frozenset(pair for pair in bonds_in_space(geometry) if ion not in pair)


def _flaw_of_shell(geometry: Geometry, shell: Shell, ion: Ion, released: int, *, weak: bool) -> str | None:
    if not shell.ligand:
        return "the ligand left the first shell"
    if len(shell.ligand) != released:
        return f"the ligand binds with {len(shell.ligand)} atom(s), but {released} water(s) were released"
    low, high = ion.coordination
    if not low <= shell.coordination <= high:
        wanted = f"{low} to {high}" if low < high else f"{low}"
        return f"{ion.symbol} has {shell.coordination} neighbours, not {wanted}"
    for k, distance in zip(shell.ligand + shell.waters, shell.distances, strict=True):
        element = geometry.symbols[k]
        contact = ion.contacts[element]
        longest = contact.reach if weak and k in shell.ligand else contact.longest
        if not contact.shortest <= distance <= longest:
            return (
                f"a {ion.symbol}-{element} distance is {distance:.2f} A, "
                f"outside {contact.shortest} to {longest} A"
            )
    return None
