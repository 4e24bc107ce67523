"""One Kohn-Sham calculation, converged or refused."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from pyscf import gto, lib, scf
from pyscf.data.nist import HARTREE2EV
from pyscf.dft.rks import RKS
from pyscf.dft.uks import UKS

from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import basis
from oracles.chemistry.continuum import solvent
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.theory import Functional, Resources

COARSE_TOL = 1e-5
"""Energy threshold, in hartree, on the grids before the last one."""

LEVEL_SHIFTS = (0.0, 0.25)
"""Hartree added to the empty orbitals, tried in this order until the iteration converges."""


@dataclass(frozen=True, eq=False)
class Solution:
    """A converged closed-shell density.

    Attributes
    ----------
    energy
        Total energy, dispersion and solvent included, in hartree.
    homo, lumo
        Orbital energies, in eV.
    cycles
        Iterations on all grids together.
    level_shift
        The level shift that converged, in hartree.
    mean_field
        PySCF's object, for what comes after.
    """

    energy: float
    homo: float
    lumo: float
    cycles: int
    level_shift: float
    mean_field: RKS

    @property
    def gap(self) -> float:
        """LUMO minus HOMO, in eV."""
        return self.lumo - self.homo


def solve(geometry: Geometry, functional: Functional, max_cycle: int, resources: Resources) -> Solution:
    """Converge the density of one geometry.

    The second rung, a level shift, is climbed only if plain DIIS fails.

    Parameters
    ----------
    max_cycle
        Largest number of iterations on each grid.

    Raises
    ------
    ConvergenceError
        If no rung converges.
    RejectedError
        If an energy is not finite.
    """
    resources.scratch.mkdir(parents=True, exist_ok=True)
    with lib.temporary_env(lib.param, TMPDIR=str(resources.scratch)):
        mf = mean_field(geometry, functional, resources.memory_mb)
        mf.max_cycle = max_cycle
        mf.conv_check = False  # its extra cycle is what _solution does, on the grid that counts
        cycles = 0
        for shift in LEVEL_SHIFTS:
            mf.level_shift = shift
            cycles += iterate(mf, functional)
            if mf.converged:
                return _solution(mf, functional, cycles, shift)
    raise ConvergenceError(
        f"{functional.xc}/{functional.basis} did not converge in {max_cycle} cycles, "
        f"nor with a level shift of {LEVEL_SHIFTS[-1]:g} hartree"
    )


def mean_field(geometry: Geometry, functional: Functional, memory_mb: int, unpaired: int = 0) -> RKS | UKS:
    """Set up PySCF's Kohn-Sham object, its grid at the last level; with unpaired electrons unrestricted."""
    mol = gto.M(
        atom=list(zip(geometry.symbols, geometry.positions.tolist(), strict=True)),
        basis=basis.named(functional.basis),
        cart=functional.functions != "spherical",
        charge=geometry.charge,
        spin=unpaired,
        max_memory=memory_mb,
        verbose=0,
    )
    mf = basis.kohn_sham(mol, functional.functions, functional.xc)
    if functional.density_fitting:
        mf = mf.density_fit(auxbasis=basis.fitting(functional.basis))
    mf.init_guess = functional.guess
    mf.conv_tol = functional.conv_tol
    mf.grids.level = functional.grids[-1]
    if functional.dispersion is not None:
        mf.disp = functional.dispersion
    if functional.continuum is not None:
        mf = mf.PCM(solvent(mol, functional.continuum, memory_mb))
    return mf


def iterate(mf: RKS | UKS, functional: Functional, density: FloatArray | None = None) -> int:
    """Run through the grids, each starting from the density of the one before; return the cycles."""
    cycles = 0
    for level in functional.grids:
        last = level == functional.grids[-1]
        mf.conv_tol = functional.conv_tol if last else COARSE_TOL
        _set_grid(mf, level)
        mf.kernel(density)
        density = mf.make_rdm1()
        cycles += mf.cycles
    return cycles


def _set_grid(mf: RKS | UKS, level: int) -> None:
    mf.grids.level = level
    mf.grids.reset()


def _solution(mf: RKS, functional: Functional, cycles: int, shift: float) -> Solution:
    """Energy and orbitals from one more Fock matrix of the converged density, without shift or mixing."""
    if functional.energy_grid is not None:
        _set_grid(mf, functional.energy_grid)
    density, core, overlap = mf.make_rdm1(), mf.get_hcore(), mf.get_ovlp()
    potential = mf.get_veff(mf.mol, density)
    energy = float(mf.energy_tot(density, core, potential))
    orbitals, _ = mf.eig(mf.get_fock(core, overlap, potential, density), overlap)
    occupied = mf.mol.nelectron // 2
    homo, lumo = (float(e) * HARTREE2EV for e in orbitals[occupied - 1 : occupied + 1])
    if not all(math.isfinite(x) for x in (energy, homo, lumo)):
        raise RejectedError(f"{functional.xc}/{functional.basis} converged to a number that is not finite")
    return Solution(energy, homo, lumo, cycles, shift, mf)


def atomic_charges(solution: Solution) -> FloatArray:
    """Charges from a population analysis in meta-Lowdin orbitals, shape ``(n_atoms,)``, in e.

    Sun & Chan, 10.1021/ct500512f.
    """
    mf = solution.mean_field
    _, charges = scf.hf.mulliken_meta(mf.mol, mf.make_rdm1(), s=mf.get_ovlp(), verbose=0)
    return np.asarray(charges)
