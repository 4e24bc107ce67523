"""A ligand in the shape that holds one ion with several donors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from rdkit import Chem, DistanceGeometry
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers
from rdkit.Chem.rdchem import Mol

from oracles.chemistry.conformers import SAME_ENERGY, SEED
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.sites import Site

EMBEDDED = 6
TOLERANCE = 0.1
"""How much an ion-donor distance may differ from the usual one in an embedded ligand, in angstrom."""

FARTHER = 0.3
"""Other atoms stay so much farther from the ion than an oxygen donor does, in angstrom: a carboxylate's
carbon is 0.35 A farther, hydrogens on donors 0.5 A; without it they would be between donor and ion."""

APART = (2.0, 4.6)
"""Range of distances between donors of one ion, in angstrom, from carboxylate to trans."""

SCREENED = 10.0
"""Relative permittivity in the force field; without it the bare ion draws in every donor there is."""

STIFF = 500.0
"""Force constant that holds the ion in place in a force field, in kcal/mol/angstrom^2."""


@dataclass(frozen=True)
class Touch:
    """Two atoms that shall be near each other.

    Attributes
    ----------
    one, other
        Their indices.
    least, most
        Range of their distance in angstrom.
    """

    one: int
    other: int
    least: float
    most: float


def shapes(mol: Mol, site: Site, ion: Ion, touch: Touch | None = None) -> list[tuple[Geometry, FloatArray]]:
    """The ligand in conformers that hold an ion with all donors of a site, the lowest first.

    The ion is embedded with the ligand as an atom without bonds, its distances from donors and other atoms
    given as bounds, and relaxed with MMFF94, which has parameters for these ions; where it has none for the
    ligand, the shapes are as they were embedded, in no order.

    Returns
    -------
    list of (Geometry, array)
        The ligand alone, and the ion's position, shape ``(3,)``, in angstrom; empty where the ligand is too
        stiff to bend its donors towards one ion.
    """
    both = _with_ion(mol, ion)
    bounds = _bounds(both, site, ion, touch)
    if bounds is None:
        return []
    parameters = rdDistGeom.ETKDGv3()
    chosen = {"randomSeed": SEED, "useRandomCoords": True, "embedFragmentsSeparately": False}
    for name, value in chosen.items():
        setattr(parameters, name, value)
    parameters.SetBoundsMat(bounds)
    kept = list(rdDistGeom.EmbedMultipleConfs(both, EMBEDDED, parameters))
    ranked = sorted((_relax(both, site, ion, k, touch), k) for k in kept)
    found: list[tuple[Geometry, FloatArray]] = []
    last = -np.inf
    for energy, k in ranked:
        ligand, at = _apart(both, k)
        if energy is not None and energy - last <= SAME_ENERGY:
            continue
        if _holds(ligand, at, site, ion) and _touches(ligand, touch):
            found.append((ligand, at))
            last = last if energy is None else energy
    return found


def _apart(both: Mol, k: int) -> tuple[Geometry, FloatArray]:
    """Ligand and position of the ion in conformer ``k``."""
    symbols = tuple(atom.GetSymbol() for atom in both.GetAtoms())[:-1]
    charge = sum(atom.GetFormalCharge() for atom in list(both.GetAtoms())[:-1])
    positions = np.asarray(both.GetConformer(k).GetPositions(), dtype=np.float64)
    return Geometry(symbols, positions[:-1], charge), positions[-1]


def _holds(ligand: Geometry, at: FloatArray, site: Site, ion: Ion) -> bool:
    """Whether the donors of the site, and nothing else, are at the ion."""
    apart = np.linalg.norm(ligand.positions - at, axis=1)
    donors = [d.atom for d in site]
    near = all(apart[d.atom] < ion.contacts[d.element].start + 2 * TOLERANCE for d in site)
    return near and bool(np.delete(apart, donors).min() > ion.contacts["O"].start + FARTHER)


def _touches(ligand: Geometry, touch: Touch | None) -> bool:
    if touch is None:
        return True
    apart = np.linalg.norm(ligand.positions[touch.one] - ligand.positions[touch.other])
    return bool(apart < touch.most + 2 * TOLERANCE)


def _with_ion(mol: Mol, ion: Ion) -> Mol:
    both = Chem.RWMol(mol)
    both.RemoveAllConformers()
    metal = Chem.Atom(ion.symbol)
    metal.SetFormalCharge(ion.charge)
    metal.SetNoImplicit(True)
    both.AddAtom(metal)
    both = both.GetMol()
    Chem.SanitizeMol(both)
    return both


def _bounds(both: Mol, site: Site, ion: Ion, touch: Touch | None) -> FloatArray | None:
    """Bounds on distances, upper ones above the diagonal and lower ones below; ``None`` if they clash."""
    bounds = np.asarray(rdDistGeom.GetMoleculeBoundsMatrix(both))
    metal = both.GetNumAtoms() - 1
    bounds[:metal, metal] = 100.0
    bounds[metal, :metal] = ion.contacts["O"].start + FARTHER
    for donor in site:
        start = ion.contacts[donor.element].start
        bounds[donor.atom, metal], bounds[metal, donor.atom] = start + TOLERANCE, start - TOLERANCE
    for a, b in combinations(sorted(d.atom for d in site), 2):
        bounds[a, b] = min(bounds[a, b], APART[1])
        bounds[b, a] = min(max(bounds[b, a], APART[0]), bounds[a, b])
    if touch is not None:
        _bring_near(bounds, both, touch)
    return bounds if DistanceGeometry.DoTriangleSmoothing(bounds) else None


def _bring_near(bounds: FloatArray, both: Mol, touch: Touch) -> None:
    """Set the distance of two atoms, and let those they are bonded to come as near as that asks for."""
    around = [
        [k, *(atom.GetIdx() for atom in both.GetAtomWithIdx(k).GetNeighbors())]
        for k in (touch.one, touch.other)
    ]
    for a, b in product(*around):
        low, high = max(a, b), min(a, b)
        bounds[low, high] = min(bounds[low, high], touch.least)
    a, b = sorted((touch.one, touch.other))
    bounds[a, b], bounds[b, a] = touch.most, touch.least


def _relax(both: Mol, site: Site, ion: Ion, k: int, touch: Touch | None) -> float | None:
    """Relax one conformer in place; its energy in kcal/mol, or ``None`` for a ligand without parameters."""
    properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(both)
    if properties is None:
        return None
    properties.SetMMFFDielectricConstant(SCREENED)
    field = rdForceFieldHelpers.MMFFGetMoleculeForceField(
        both, properties, confId=k, ignoreInterfragInteractions=False
    )
    metal = both.GetNumAtoms() - 1
    field.Initialize()
    for donor in site:
        start = ion.contacts[donor.element].start
        field.MMFFAddDistanceConstraint(metal, donor.atom, False, start - 0.02, start + 0.02, STIFF)
    if touch is not None:
        field.MMFFAddDistanceConstraint(touch.one, touch.other, False, touch.least, touch.most, STIFF)
    field.Minimize(maxIts=200)
    return float(field.CalcEnergy())
