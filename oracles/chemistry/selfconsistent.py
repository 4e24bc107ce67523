"""One Kohn-Sham calculation, converged to the ground state or refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from pyscf import lib, scf
from pyscf.data.nist import HARTREE2EV
from pyscf.dft.rks import RKS

from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import closed_shell
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ladder import Climb, climb
from oracles.chemistry.meanfield import mean_field
from oracles.chemistry.quadrature import set_grid
from oracles.chemistry.theory import Functional, Resources

ATOMS = "minao"
"""PySCF's name of the density of superposed atoms."""

ABOVE_ATOMS = 0.06
"""Hartree per electron. A density converged so far above superposed atoms is no ground state: molecules end
between 0.007 below (water) and 0.026 above (ozone) these, which obey no exclusion principle; ``1e`` as first
guess has led [Zn(urea)]2+ hundreds of hartree above."""

MOVED = 0.1
"""Electrons. If the lowest orbitals in a density's own field hold so many fewer of its electrons, it fills
others: an excited state, at which a level shift and Newton's method stay (formaldehyde with its lone pair in
the pi* orbital, 10.7 eV too high and with a gap of 4.8 eV: 2.0). Thresholds of convergence leave less than
1e-5 (water and Zn(H2O)2+, 1e-5 hartree)."""


@dataclass(frozen=True, eq=False)
class Solution:
    """A converged closed-shell density.

    Attributes
    ----------
    energy
        Total energy, dispersion and solvent included, in hartree.
    homo, lumo
        Orbital energies, in eV.
    climb
        What it took.
    mean_field
        PySCF's object, for what comes after.
    """

    energy: float
    homo: float
    lumo: float
    climb: Climb
    mean_field: RKS

    @property
    def gap(self) -> float:
        """LUMO minus HOMO, in eV."""
        return self.lumo - self.homo

    @property
    def cycles(self) -> int:
        """Iterations on all grids and rungs together."""
        return self.climb.cycles


def solve(
    geometry: Geometry,
    functional: Functional,
    max_cycle: int,
    resources: Resources,
    of: str = "orbitals",
    start: FloatArray | None = None,
    *,
    open_shells: bool = True,
) -> Solution:
    """Converge the density of one geometry, and check that it is that of a closed shell's ground state.

    Parameters
    ----------
    max_cycle
        Largest number of iterations on each grid.
    of
        What is converged, for the account.
    start
        Density to begin with, shape ``(n, n)``, of the same functions at the same geometry.
    open_shells
        Whether it is compared with open shells, where its gap leaves room for doubt.

    Raises
    ------
    InputError
        If PySCF knows no such functional or basis set.
    ConvergenceError
        If no rung of the ladder converges.
    RejectedError
        If an energy is not finite, or the density is not the ground state's, or that is no closed shell.
    """
    resources.scratch.mkdir(parents=True, exist_ok=True)
    with lib.temporary_env(lib.param, TMPDIR=str(resources.scratch)):
        mf = mean_field(geometry, functional, resources.memory_mb)
        mf.max_cycle = max_cycle
        mf.callback = first = _First()
        climbed = climb(mf, functional, of, start)
        mf.callback = None
        resources.account.rungs.extend(climbed.rungs)
        if not climbed.converged:
            tried = ", ".join(rung.name for rung in climbed.rungs)
            raise ConvergenceError(
                f"{functional.name} did not converge for the {of} in {max_cycle} cycles a grid; "
                f"tried: {tried}"
            )
        solution = _solution(mf, functional, climbed)
        from_atoms = start is None and functional.guess == ATOMS
        refuse_excited(functional, solution, cast(float, first.energy), from_atoms=from_atoms)
        if open_shells:
            closed_shell.believe(solution.gap, geometry, functional, max_cycle, resources, of, mf)
        return solution


def _solution(mf: RKS, functional: Functional, climbed: Climb) -> Solution:
    """Energy and orbitals from one more Fock matrix of the converged density, without shift or mixing.

    Raises
    ------
    RejectedError
        If a number is not finite, or the density does not fill the lowest of these orbitals.
    """
    if functional.energy_grid is not None:
        set_grid(mf, functional.energy_grid, once=True)
    density, core, overlap = mf.make_rdm1(), mf.get_hcore(), mf.get_ovlp()
    potential = mf.get_veff(mf.mol, density)
    energy = float(mf.energy_tot(density, core, potential))
    # Where functions nearly repeat each other, in the space that the density was converged in.
    within = mf.check_linear_dependency(overlap)
    orbitals, coefficients = mf.eig(mf.get_fock(core, overlap, potential, density), overlap, x=within)
    occupied = mf.mol.nelectron // 2
    homo, lumo = (float(e) * HARTREE2EV for e in orbitals[occupied - 1 : occupied + 1])
    if not all(math.isfinite(x) for x in (energy, homo, lumo)):
        raise RejectedError(f"{functional.name} converged to a number that is not finite")
    _refuse_unordered(functional, density, overlap @ coefficients[:, :occupied])
    return Solution(energy, homo, lumo, climbed, mf)


def _refuse_unordered(functional: Functional, density: FloatArray, lowest: FloatArray) -> None:
    """Count the electrons that are not in the lowest orbitals: these times the overlap, ``(n, n_pairs)``."""
    moved = 2 * lowest.shape[1] - float(np.sum(lowest * (density @ lowest)))
    if moved > MOVED:
        raise RejectedError(
            f"{functional.name} converged with {moved:.1f} electrons above empty orbitals: an excited state"
        )


class _First:
    """Notes the energy of the first density, which PySCF hands to whoever looks on."""

    def __init__(self) -> None:
        self.energy: float | None = None

    def __call__(self, iteration: Mapping[str, Any]) -> None:
        if self.energy is None:
            self.energy = float(iteration["last_hf_e"])


def refuse_excited(functional: Functional, solution: Solution, first: float, *, from_atoms: bool) -> None:
    """Compare with superposed atoms.

    Parameters
    ----------
    first
        Energy of the first density, in hartree.
    from_atoms
        Whether that was superposed atoms.

    Raises
    ------
    RejectedError
        If the density is far above them.
    """
    mf = solution.mean_field
    atoms = first if from_atoms else float(mf.energy_tot(mf.get_init_guess(key=ATOMS)))
    if solution.energy - atoms > ABOVE_ATOMS * mf.mol.nelectron:
        raise RejectedError(
            f"{functional.name} converged {solution.energy - atoms:.1f} hartree above superposed atoms: "
            "an excited state"
        )


def atomic_charges(solution: Solution) -> FloatArray:
    """Charges from a population analysis in meta-Lowdin orbitals, shape ``(n_atoms,)``, in e.

    Sun & Chan, 10.1021/ct500512f.
    """
    mf = solution.mean_field
    _, charges = scf.hf.mulliken_meta(mf.mol, mf.make_rdm1(), s=mf.get_ovlp(), verbose=0)
    return np.asarray(charges)


def dipole(solution: Solution) -> float:
    """Length of the dipole moment in debye; of an ion, about its centre of mass."""
    mf = solution.mean_field
    masses, positions = mf.mol.atom_mass_list(), mf.mol.atom_coords()
    centre = masses @ positions / masses.sum()
    moment = mf.dip_moment(mf.mol, mf.make_rdm1(), unit="Debye", origin=centre, verbose=0)
    return float(np.linalg.norm(moment))
