"""Starting geometries of a complex bound at several donors: waters at the corners they leave free."""

from __future__ import annotations

import numpy as np
from rdkit.Chem.rdchem import Mol
from scipy.spatial.transform import Rotation

from oracles.chemistry.bites import Touch, shapes
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.monodentate import SEED, shaken
from oracles.chemistry.polyhedra import POLYHEDRA, complexed
from oracles.chemistry.sites import Site


def starts(mol: Mol, site: Site, ion: Ion, n: int, touch: Touch | None = None) -> list[Geometry]:
    """Build ``n`` different starting geometries for one chelate site.

    The lowest conformers that hold the ion with every donor of the site come first, with waters as in the
    hydrate; then the same with each water turned by a random angle of a constant seed.

    Returns
    -------
    list of Geometry
        Atoms in the order ligand, ion, then O, H, H for each water; empty if no conformer holds the ion, or
        its shell has no corners for so many donors.
    """
    bites = POLYHEDRA[ion.waters].bites.get(len(site), ())
    conformers = shapes(mol, site, ion, touch) if bites else []
    rng = np.random.default_rng(SEED)
    built: list[Geometry] = []
    while conformers and len(built) < n:
        ligand, at = conformers[len(built) % len(conformers)]
        taken, frame = _fitted(ligand.positions[[d.atom for d in site]] - at, ion, bites)
        free = [k for k in range(ion.waters) if k not in taken]
        turns = np.zeros(len(free)) if len(built) < len(conformers) else rng.uniform(0, np.pi, len(free))
        built.append(shaken(complexed(ligand, ion, at, frame, free, turns), rng))
    return built


def _fitted(
    arms: FloatArray, ion: Ion, bites: tuple[tuple[int, ...], ...]
) -> tuple[tuple[int, ...], FloatArray]:
    """The corners that fit the donors best, and the axes that bring them there.

    Parameters
    ----------
    arms
        Vectors from the ion to the donors, shape ``(denticity, 3)``.
    """
    arms = arms / np.linalg.norm(arms, axis=1)[:, None]
    fits = []
    for taken in bites:
        rotation, misfit = Rotation.align_vectors(arms, POLYHEDRA[ion.waters].corners[list(taken)])
        fits.append((float(misfit), taken, rotation))
    _, taken, rotation = min(fits, key=lambda fit: fit[0])
    return taken, rotation.as_matrix().T
