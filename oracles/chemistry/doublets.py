"""A molecule with one electron more or less, at the geometry it had with all of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from pyscf import lib
from pyscf.dft.uks import UKS
from pyscf.solvent.pcm import modified_Bondi

from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ladder import climb
from oracles.chemistry.meanfield import mean_field
from oracles.chemistry.selfconsistent import Solution
from oracles.chemistry.theory import Functional, Resources

LARGEST_CONTAMINATION = 0.1
"""Above 0.75 by more than this, <S2> belongs to no doublet."""

CAVITY = 1.2
"""Radii of the continuum's cavity, in Bondi radii."""


@dataclass(frozen=True, eq=False)
class Doublet:
    """A converged density with one unpaired electron.

    Attributes
    ----------
    energy
        In hartree; the lowest, from several starts.
    spin_square
        Expectation value of S2; 0.75 for a pure doublet.
    outside
        Part of the highest alpha orbital outside the cavity: for an anion, where the new electron is.
    cycles
        Iterations from all starts.
    apart
        How far above another start ended at most, in hartree.
    """

    energy: float
    spin_square: float
    outside: float
    cycles: int
    apart: float

    def details(self) -> dict[str, float]:
        """The doublet as JSON-able provenance."""
        return {
            "energy_hartree": self.energy,
            "spin_square": self.spin_square,
            "outside_cavity": self.outside,
            "scf_cycles": self.cycles,
            "other_start_above_hartree": self.apart,
        }


def doublet(
    neutral: Solution,
    geometry: Geometry,
    charge: int,
    functional: Functional,
    max_cycle: int,
    resources: Resources,
) -> Doublet:
    """Take an electron from the molecule (``charge`` 1) or give it one (-1) and converge the density anew.

    Converged from the molecule's own orbitals and from atoms, because a doublet may converge to an excited
    state, and the lowest is kept: without an electron of the HOMO the cations of acrolein, methyl formate and
    glycine come out 0.4 to 0.6 eV too high, without one of the orbital below methyl formate's, from atoms
    acrolein's. An analysis of stability costs ten times as much.

    Raises
    ------
    ConvergenceError
        If it does not converge from one of them.
    RejectedError
        If the state is no doublet.
    """
    name = f"{'cation' if charge > 0 else 'anion'} with {functional.xc}/{functional.basis}"
    ion = replace(geometry, charge=geometry.charge + charge)
    ends: list[tuple[UKS, int]] = []
    with lib.temporary_env(lib.param, TMPDIR=str(resources.scratch)):
        for start in (*_from_orbitals(neutral, charge), None):
            mf = mean_field(ion, functional, resources.memory_mb, unpaired=1, like=neutral.mean_field)
            mf.max_cycle = max_cycle
            ends.append((mf, _converged(mf, functional, start, name, resources)))
    ends.sort(key=lambda end: float(end[0].e_tot))
    best = ends[0][0]
    spin_square = float(best.spin_square()[0])
    if not abs(spin_square - 0.75) < LARGEST_CONTAMINATION:
        raise RejectedError(f"<S2> of the {name} is {spin_square:.2f}, not 0.75: no doublet")
    return Doublet(
        float(best.e_tot),
        spin_square,
        _outside(best),
        sum(cycles for _, cycles in ends),
        float(ends[-1][0].e_tot - best.e_tot),
    )


def _from_orbitals(neutral: Solution, charge: int) -> list[FloatArray]:
    """Densities of both spins, shape ``(2, n, n)``: a hole in the HOMO or in the next, or the LUMO filled."""
    orbitals, pairs = neutral.mean_field.mo_coeff, neutral.mean_field.mol.nelectron // 2

    def density(filled: list[int]) -> FloatArray:
        return np.asarray(orbitals[:, filled] @ orbitals[:, filled].T)

    every = list(range(pairs))
    if charge < 0:
        return [np.array([density([*every, pairs]), density(every)])]
    holes = every[-1:-3:-1]
    return [np.array([density(every), density([k for k in every if k != hole])]) for hole in holes]


def _converged(
    mf: UKS, functional: Functional, start: FloatArray | None, name: str, resources: Resources
) -> int:
    """Iterations that were needed."""
    climbed = climb(mf, functional, name, start)
    resources.account.rungs.extend(climbed.rungs)
    if not climbed.converged:
        tried = ", ".join(rung.name for rung in climbed.rungs)
        raise ConvergenceError(f"the {name} did not converge in {mf.max_cycle} cycles, tried: {tried}")
    return climbed.cycles


def _outside(mf: UKS) -> float:
    """Integrate the highest alpha orbital over the outside of the cavity."""
    mol = mf.mol
    orbital = mf.mo_coeff[0][:, mol.nelec[0] - 1]
    radii = CAVITY * modified_Bondi[mol.atom_charges()]
    inside = total = 0.0
    for values, _, weights, points in mf._numint.block_loop(mol, mf.grids, mol.nao, 0):
        density = weights * (values @ orbital) ** 2
        apart = np.linalg.norm(points[:, None] - mol.atom_coords()[None], axis=-1)
        inside += float(density[(apart < radii).any(axis=1)].sum())
        total += float(density.sum())
    return 1.0 - inside / total
