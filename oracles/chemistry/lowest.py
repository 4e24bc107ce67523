"""The geometry at which a molecule's electrons are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loop.molecule import Molecule
from loop.protocols import RejectedError
from oracles.chemistry import connectivity, ranking, relaxation
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ligand import Ligand, prepare
from oracles.chemistry.theory import Functional, Resources
from oracles.chemistry.trajectory import Trajectory


@dataclass(frozen=True, eq=False)
class Lowest:
    """The lowest conformer.

    Attributes
    ----------
    isomer
        Canonical SMILES with every stereo element set.
    geometry
        Where it came to rest.
    source
        What relaxed it last.
    conformers
        Number of conformers GFN2 found.
    search
        How it was found, as JSON-able provenance: by which energy among the conformers, and the way of the
        last relaxation to ``geometry``.
    spread
        How far other conformers are from it; see :func:`ranking.spread`. Empty where GFN2 chose alone.
    """

    isomer: str
    geometry: Geometry
    source: str
    conformers: int
    search: dict[str, Any]
    spread: Mapping[str, float]


def lowest(
    molecule: Molecule, forces: Functional, max_cycle: int, resources: Resources, *, relaxed: bool = True
) -> Lowest:
    """Relax conformers with GFN2, and then that with ``forces`` which has the lowest energy by ``forces``.

    Parameters
    ----------
    forces
        Its continuum decides whether geometries are relaxed in water.
    relaxed
        Whether to do the second; if not, the energy of GFN2 chooses.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`prepare`, :func:`ranking.ranked` and :func:`relaxation.relax`; also if the relaxed molecule
        is not the one asked about.
    """
    ligand = prepare(molecule, water=forces.continuum is not None, account=resources.account)
    if not relaxed:
        search = ligand.search | {"trajectory": ligand.path.details("geometry")}
        return Lowest(ligand.isomer, ligand.conformers[0], "GFN2-xTB", len(ligand.conformers), search, {})
    chosen, search, spread = _chosen(ligand, forces, max_cycle, resources)
    began = resources.account.start()
    geometry, path = _relaxed(ligand, chosen, forces, resources)
    resources.account.note("geometry", path.level, path.steps[-1], began, converged=True)
    search |= {"trajectory": path.details("geometry")}
    source = f"{forces.xc}/{forces.basis}"
    return Lowest(ligand.isomer, geometry, source, len(ligand.conformers), search, spread)


def _chosen(
    ligand: Ligand, forces: Functional, max_cycle: int, resources: Resources
) -> tuple[Geometry, dict[str, Any], Mapping[str, float]]:
    """The conformer to relax, how it was chosen, and how far others are from it."""
    candidates = ranking.distinct(ligand)
    if len(candidates) == 1:
        return ligand.conformers[0], ligand.search, {}
    conformers = ranking.ranked(candidates, forces, max_cycle, resources)
    search = ligand.search | {
        "lowest_by": f"{forces.name} energy at geometries of {ligand.path.level}",
        "ranked": ranking.details(conformers),
    }
    return conformers[0].geometry, search, ranking.spread(conformers)


def _relaxed(
    ligand: Ligand, start: Geometry, forces: Functional, resources: Resources
) -> tuple[Geometry, Trajectory]:
    geometry, path = relaxation.relax(start, forces, resources)
    changed = connectivity.change(ligand.mol, ligand.isomer, geometry)
    if changed is not None:
        raise RejectedError(f"relaxing {ligand.isomer} with {forces.xc}: {changed}")
    return geometry, path
