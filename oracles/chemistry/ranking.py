"""Which conformer is the lowest, by the functional that relaxes it.

GFN2 finds conformers and orders them within one or two tenths of an eV, which is as far as they lie apart:
by B3LYP/6-31G(d) the lowest of glycerol, propylene glycol, diethylene glycol and diglyme is its third, fifth,
third and thirteenth, and the HOMO of the first is 0.15 to 0.4 eV another one.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyscf.data.nist import HARTREE2EV

from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry.geometry import Geometry, apart
from oracles.chemistry.ligand import Ligand
from oracles.chemistry.selfconsistent import dipole, solve
from oracles.chemistry.survivors import survivors
from oracles.chemistry.theory import THERMAL, Functional, Resources

WINDOW = 0.2
"""In eV. Conformers higher than this by GFN2 are not looked at."""

AT_MOST = 16
"""Densities of one molecule that are converged to find the lowest."""

SAME = 0.05
"""In angstrom. Conformers whose distances between atoms, sorted, differ by less are one, or mirror images."""

TOL = 1e-5
"""Convergence threshold of a density in hartree; leaves less than 0.1 meV."""


@dataclass(frozen=True, eq=False)
class Conformer:
    """A conformer at GFN2's geometry.

    Attributes
    ----------
    geometry
        As GFN2 relaxed it.
    gfn2, energy
        Above the lowest, by GFN2 and by the functional, in eV.
    homo, lumo, gap, dipole
        By the functional, in eV and debye.
    """

    geometry: Geometry
    gfn2: float
    energy: float
    homo: float
    lumo: float
    gap: float
    dipole: float


def distinct(ligand: Ligand) -> list[tuple[Geometry, float]]:
    """Conformers worth a density, each with its GFN2 energy above the lowest in eV, lowest first."""
    found: list[tuple[Geometry, float]] = []
    for geometry, energy in zip(ligand.conformers, ligand.energies, strict=True):
        above = energy - ligand.energies[0]
        if above > WINDOW or len(found) == AT_MOST:
            break
        if all(apart(geometry, other) >= SAME for other, _ in found):
            found.append((geometry, above))
    return found


def ranked(
    found: Sequence[tuple[Geometry, float]], forces: Functional, max_cycle: int, resources: Resources
) -> list[Conformer]:
    """Converge a density of each, and order them by its energy.

    Raises
    ------
    ConvergenceError, RejectedError
        What :func:`solve` raises for the last of them, if it does for all.
    """
    functional = replace(forces, conv_tol=TOL)
    calculated = survivors(
        found,
        lambda pair: _density(*pair, functional, max_cycle, resources.share),
        (ConvergenceError, RejectedError),
        resources.each,
    )
    densities = sorted((density for _, density in calculated), key=lambda pair: pair[0])
    lowest = densities[0][0]
    return [replace(conformer, energy=energy - lowest) for energy, conformer in densities]


def _density(
    geometry: Geometry, gfn2: float, functional: Functional, max_cycle: int, resources: Resources
) -> tuple[float, Conformer]:
    """Energy in eV, and the conformer."""
    s = solve(geometry, functional, max_cycle, resources, "conformer", open_shells=False)
    found = s.energy * HARTREE2EV, Conformer(geometry, gfn2, 0.0, s.homo, s.lumo, s.gap, dipole(s))
    del s
    gc.collect()  # PySCF's objects refer to each other, and hold the memory that the next density needs
    return found


def details(conformers: Sequence[Conformer]) -> list[dict[str, float]]:
    """The order as JSON-able provenance."""
    names = {
        "gfn2": "gfn2_ev",
        "energy": "energy_ev",
        "homo": "homo_ev",
        "lumo": "lumo_ev",
        "dipole": "dipole_debye",
    }
    return [{key: round(getattr(c, name), 4) for name, key in names.items()} for c in conformers]


def spread(conformers: Sequence[Conformer]) -> Mapping[str, float]:
    """How far the orbitals of a molecule at 298.15 K are from those of its lowest conformer.

    Returns
    -------
    Mapping
        Root mean square over conformers weighted by exp(-E/kT): ``homo``, ``lumo`` and ``gap`` in eV,
        ``dipole`` in debye; all 0 for a single conformer.
    """
    weights = np.exp([-c.energy / THERMAL for c in conformers])
    weights /= weights.sum()

    def of(name: str) -> float:
        values = np.array([getattr(c, name) for c in conformers])
        return float(np.sqrt(weights @ (values - values[0]) ** 2))

    return {name: of(name) for name in ("homo", "lumo", "gap", "dipole")}
