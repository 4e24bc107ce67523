"""Starting geometries in which a bound water holds on to the molecule: chelates through a hydrogen bond.

Where a molecule has more than one group, its lowest complex as a rule is one of these, and no direction from
which the ion comes to a conformer of the free molecule leads there: of 1,2-dimethoxyethane bound through one
oxygen it is 0.25 eV lower, and needs the chain in another turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from rdkit import Chem
from rdkit.Chem.rdchem import Mol

from oracles.chemistry import bites, chelate
from oracles.chemistry.donors import Donor, classes, every
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.sites import Site

NEAREST, FARTHEST = 2, 7
"""Bonds between the atom that binds the ion and the one that the water touches."""

TOUCHING = (1.6, 2.0)
"""Range of the distance of the hydrogen in a hydrogen bond, in angstrom."""

WATER = Chem.AddHs(Chem.MolFromSmiles("O"))


@dataclass(frozen=True)
class Bridge:
    """A site, and an atom that a water beside it touches.

    Attributes
    ----------
    site
        What binds the ion.
    atom
        It takes a hydrogen of the water; or is itself a hydrogen, which the water's oxygen takes.
    span
        Bonds from the nearest atom of the site.
    """

    site: Site
    atom: int
    span: int


def bridges(mol: Mol, site: Site) -> list[Bridge]:
    """Every bridge of a site, one of those that symmetry makes equal, the shortest first."""
    apart, same = Chem.GetDistanceMatrix(mol), classes(mol)
    of_hydrogen = _hydrogens(mol)
    bound = {d.atom for d in site}
    found: dict[tuple[int, ...], Bridge] = {}
    for atom in (*(d.atom for d in every(mol)), *of_hydrogen):
        heavy = of_hydrogen.get(atom, atom)
        spans = sorted(int(apart[d.atom, heavy]) for d in site)
        if heavy not in bound and NEAREST <= spans[0] <= FARTHEST:
            found.setdefault((same[atom], *spans), Bridge(site, atom, spans[0]))
    return sorted(found.values(), key=lambda bridge: bridge.span)


def _hydrogens(mol: Mol) -> dict[int, int]:
    """Hydrogens that can be given, each with its atom."""
    return dict(mol.GetSubstructMatches(Chem.MolFromSmarts("[#1][#7,#8]")))


def starts(mol: Mol, bridge: Bridge, ion: Ion, n: int) -> list[Geometry]:
    """Build up to ``n`` starting geometries; see :func:`chelate.starts`, with the water as one more donor.

    Returns
    -------
    list of Geometry
        Atoms in the order ligand, ion, then O, H, H for each water, the bridging one first; empty where the
        molecule is too stiff, or the shell has no corners for so many donors.
    """
    size = mol.GetNumAtoms()
    both = Chem.CombineMols(mol, WATER)
    Chem.SanitizeMol(both)
    gives = mol.GetAtomWithIdx(bridge.atom).GetSymbol() == "H"
    touch = (bridge.atom, size) if gives else (bridge.atom, size + 1)
    site = (*bridge.site, Donor(size, "O", "water O"))
    order = [*range(size), size + 3, *range(size, size + 3)]
    built = chelate.starts(both, site, ion, n, bites.Touch(*touch, *TOUCHING))
    return [_reordered(start, order) for start in built]


def _reordered(start: Geometry, first: list[int]) -> Geometry:
    order = [*first, *range(len(first), len(start.symbols))]
    return Geometry(tuple(start.symbols[k] for k in order), start.positions[order], start.charge)
