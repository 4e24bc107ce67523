"""The geometry at which a molecule's electrons are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from loop.molecule import Molecule
from loop.protocols import RejectedError
from oracles.chemistry import connectivity, relaxation
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
    """

    isomer: str
    geometry: Geometry
    source: str
    conformers: int
    search: dict[str, Any]


def lowest(molecule: Molecule, forces: Functional, resources: Resources, *, relaxed: bool = True) -> Lowest:
    """Relax conformers with GFN2, and then the lowest of them with ``forces``.

    Parameters
    ----------
    forces
        Its continuum decides whether geometries are relaxed in water.
    relaxed
        Whether to do the second.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`prepare` and :func:`relaxation.relax`; also if the relaxed molecule is not the one asked
        about.
    """
    ligand = prepare(molecule, water=forces.continuum is not None, account=resources.account)
    geometry, path = ligand.conformers[0], ligand.path
    if relaxed:
        began = resources.account.start()
        geometry, path = _relaxed(ligand, forces, resources)
        resources.account.note("geometry", path.level, path.steps[-1], began, converged=True)
    source = f"{forces.xc}/{forces.basis}" if relaxed else "GFN2-xTB"
    search = ligand.search | {"trajectory": path.details("geometry")}
    return Lowest(ligand.isomer, geometry, source, len(ligand.conformers), search)


def _relaxed(ligand: Ligand, forces: Functional, resources: Resources) -> tuple[Geometry, Trajectory]:
    geometry, path = relaxation.relax(ligand.conformers[0], forces, resources)
    changed = connectivity.change(ligand.mol, ligand.isomer, geometry)
    if changed is not None:
        raise RejectedError(f"relaxing {ligand.isomer} with {forces.xc}: {changed}")
    return geometry, path
