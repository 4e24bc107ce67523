"""The molecule on its own: its lowest conformers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from rdkit import Chem
from rdkit.Chem.rdchem import Mol

from loop.molecule import Molecule
from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import connectivity, semiempirical
from oracles.chemistry.account import Account
from oracles.chemistry.conformers import Isomer, embed
from oracles.chemistry.geometry import Geometry, apart
from oracles.chemistry.minimum import settled
from oracles.chemistry.trajectory import Trajectory
from oracles.contained.abreast import answers

FMAX = 0.02
"""Largest force left on an atom, in eV/angstrom."""

STEPS = 300

RELAXED = 32
"""Starts that GFN2 relaxes."""

METHYL = Chem.MolFromSmarts("[CX4]([H])([H])[H]")

SAME = 0.2
"""In angstrom. Where no force field has told the starts apart, ends that differ by less are one; where one
has, what comes from elsewhere has to differ by more."""

CHECKED = 0.3
"""In eV. Conformers up to so much above the lowest have to be minima; what is higher counts for nothing."""


@dataclass(frozen=True, eq=False)
class Ligand:
    """One stereoisomer and its conformers.

    Attributes
    ----------
    mol
        RDKit molecule with explicit hydrogens, atoms in the order of the geometries.
    isomer
        Canonical SMILES with every stereo element set.
    conformers
        Relaxed with GFN2, lowest energy first.
    energies
        Of these, with GFN2 in the medium of the relaxation, in eV.
    path
        How the lowest came there.
    """

    mol: Mol
    isomer: str
    conformers: tuple[Geometry, ...]
    energies: tuple[float, ...]
    path: Trajectory

    @property
    def search(self) -> dict[str, Any]:
        """How the lowest conformer was told from the others, as JSON-able provenance."""
        return {
            "lowest_by": f"{self.path.level} energy",
            "conformer_energies_ev": [round(energy - self.energies[0], 4) for energy in self.energies],
        }


def prepare(molecule: Molecule, *, water: bool, account: Account | None = None) -> Ligand:
    """Relax every conformer with GFN2, in implicit water or in gas, and keep those still the molecule.

    Parameters
    ----------
    account
        Takes down what this took, whatever comes of it.

    Raises
    ------
    ConvergenceError
        If the molecule cannot be embedded, or GFN2 does not converge for any conformer.
    RejectedError
        If every conformer relaxes to another molecule.
    """
    account = Account() if account is None else account
    with account.one("geometry", semiempirical.level(water=water)) as steps:
        found = _relaxed(molecule, water)
        steps.append(found.path.steps[-1])
    return found


def _relaxed(molecule: Molecule, water: bool) -> Ligand:
    isomer = embed(molecule)
    changes: list[str] = []
    found = _rested(isomer, _lowest(isomer.starts, water), water, changes)
    found += _elsewhere(isomer.mol, _rested(isomer, isomer.unrelaxed, water, changes), found)
    lowest = min((relaxed.energy for relaxed in found), default=0.0)
    low = [relaxed for relaxed in found if relaxed.energy - lowest < CHECKED]
    minima = answers(partial(settled, fmax=FMAX, steps=STEPS, water=water), low)
    kept = [relaxed for relaxed in found if relaxed not in low] + _intact(isomer, minima, changes)
    if not kept and not changes:
        raise ConvergenceError(
            f"no conformer of {molecule} came to rest within {STEPS} steps of GFN2-xTB, or its charges did "
            "not converge"
        )
    if not kept:
        raise RejectedError(f"no conformer of {molecule} survives relaxation with GFN2-xTB: {changes[0]}")
    kept.sort(key=lambda r: r.energy)
    if not isomer.distinct:
        kept = _elsewhere(isomer.mol, kept, ())
    geometries, energies = zip(*((r.geometry, r.energy) for r in kept), strict=True)
    return Ligand(isomer.mol, isomer.smiles, geometries, energies, kept[0].path)


def _lowest(starts: Sequence[Geometry], water: bool) -> list[Geometry]:
    """Those that GFN2 has lowest before it moves an atom; MMFF94 would choose as in a vacuum."""
    if len(starts) <= RELAXED:
        return list(starts)
    energies = [*answers(partial(_energy, water=water), starts)]
    return [starts[k] for k in np.argsort(energies, kind="stable")[:RELAXED]]


def _energy(start: Geometry, water: bool) -> float:
    try:
        return semiempirical.point(start, water=water).energy
    except ConvergenceError:
        return np.inf


def _rested(
    isomer: Isomer, starts: Sequence[Geometry], water: bool, changes: list[str]
) -> list[semiempirical.Relaxed]:
    ends = answers(partial(semiempirical.tried, fmax=FMAX, steps=STEPS, water=water), starts)
    return _intact(isomer, ends, changes)


def _elsewhere(
    mol: Mol, ends: Sequence[semiempirical.Relaxed], known: Sequence[semiempirical.Relaxed]
) -> list[semiempirical.Relaxed]:
    """The first of each shape that is not known, however its methyl groups are turned.

    On boron they turn freely, and come to rest anywhere.
    """
    methyls = {atom for match in mol.GetSubstructMatches(METHYL) for atom in match[1:]}
    looked_at = [k for k in range(mol.GetNumAtoms()) if k not in methyls]
    kept: list[semiempirical.Relaxed] = []
    for each in ends:
        if all(apart(each.geometry, other.geometry, looked_at) >= SAME for other in (*known, *kept)):
            kept.append(each)
    return kept


def _intact(
    isomer: Isomer, rested: Iterable[semiempirical.Relaxed | None], changes: list[str]
) -> list[semiempirical.Relaxed]:
    """Those that came to rest as the molecule; what became of others is added to ``changes``."""
    kept = []
    for relaxed in rested:
        if relaxed is None:
            continue
        changed = connectivity.change(isomer.mol, isomer.smiles, relaxed.geometry)
        if changed is not None:
            changes.append(changed)
        elif relaxed.converged:
            kept.append(relaxed)
    return kept
