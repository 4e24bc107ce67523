"""Ways to converge a density, climbed one after the other, and what each of them cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyscf.dft.rks import RKS
from pyscf.dft.uks import UKS

from oracles.chemistry.account import Rung
from oracles.chemistry.geometry import FloatArray
from oracles.chemistry.quadrature import set_grid
from oracles.chemistry.theory import Functional

LEVEL_SHIFT = 0.25
"""Hartree added to the empty orbitals."""

SMEARING = 0.02
"""Width of the Fermi distribution in hartree; what converges with it is the start of one without."""


@dataclass(frozen=True)
class Climb:
    """What it took to converge.

    Attributes
    ----------
    rungs
        In the order tried; the last one converged if any did.
    """

    rungs: tuple[Rung, ...]

    @property
    def converged(self) -> bool:
        """Whether the last rung converged."""
        return self.rungs[-1].converged

    @property
    def cycles(self) -> int:
        """Iterations on all rungs together."""
        return sum(rung.cycles for rung in self.rungs)


def climb(mf: RKS | UKS, functional: Functional, of: str, start: FloatArray | None = None) -> Climb:
    """Try every rung until one converges; the density is in ``mf`` then.

    Plain DIIS; a level shift; fractional occupations, from which plain DIIS goes on; a second-order method,
    which is four times as dear.

    Parameters
    ----------
    of
        What is converged, for the account.
    start
        Density that the rungs of DIIS start from, shape ``(n, n)`` or ``(2, n, n)``. By default the first has
        the one the functional names, and each of the others goes on from where the one before it came to.
    """
    if functional.density_fitting and mf.with_df._cderi is None:
        # For a functional without exact exchange PySCF would calculate them again in every cycle.
        mf.with_df.build()
    rungs = []
    for name, rung in RUNGS.items():
        began = time.process_time()
        cycles = rung(mf, functional, start)
        rungs.append(Rung(of, name, cycles, time.process_time() - began, bool(mf.converged)))
        if mf.converged:
            break
    return Climb(tuple(rungs))


def iterate(mf: RKS | UKS, functional: Functional, density: FloatArray | None = None) -> int:
    """Run through the grids, each starting from the density of the one before; return the cycles."""
    cycles = 0
    for grid in functional.grids:
        last = grid == functional.grids[-1]
        mf.conv_tol = functional.conv_tol if last else functional.coarse_tol
        set_grid(mf, grid)
        mf.kernel(density)
        density = mf.make_rdm1()
        cycles += mf.cycles
    return cycles


def _plain(mf: RKS | UKS, functional: Functional, start: FloatArray | None) -> int:
    mf.level_shift = 0.0
    return iterate(mf, functional, start)


def _shifted(mf: RKS | UKS, functional: Functional, start: FloatArray | None) -> int:
    mf.level_shift = LEVEL_SHIFT
    cycles = iterate(mf, functional, start)
    mf.level_shift = 0.0
    return cycles


def _smeared(mf: RKS | UKS, functional: Functional, start: FloatArray | None) -> int:
    smeared = mf.copy().smearing(sigma=SMEARING, method="fermi")
    cycles = iterate(smeared, functional, start)
    return cycles + iterate(mf, functional, smeared.make_rdm1())


def _second_order(mf: RKS | UKS, functional: Functional, start: FloatArray | None) -> int:  # noqa: ARG001
    """Newton's method (Sun, Yang & Chan, 10.1016/j.cplett.2017.03.004) from wherever DIIS came to."""
    set_grid(mf, functional.grids[-1])
    newton = mf.copy().newton()
    newton.conv_tol, newton.max_cycle = functional.conv_tol, mf.max_cycle
    newton.kernel(mf.mo_coeff, mf.mo_occ)
    mf.converged, mf.e_tot = newton.converged, newton.e_tot
    mf.mo_coeff, mf.mo_energy, mf.mo_occ = newton.mo_coeff, newton.mo_energy, newton.mo_occ
    return int(newton.cycles)


RUNGS: Mapping[str, Callable[[RKS | UKS, Functional, FloatArray | None], int]] = {
    "DIIS": _plain,
    "level shift": _shifted,
    "smearing": _smeared,
    "Newton": _second_order,
}
"""Name -> what it does; each returns its iterations and leaves ``converged`` in the object."""
