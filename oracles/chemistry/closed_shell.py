"""Whether a molecule is what every calculation here takes it for: a closed shell.

A SMILES without unpaired electrons may be that of a triplet (O2, SO, S2) or of a singlet diradical (ozone),
and a restricted calculation converges on these without a complaint. Where the gap leaves room for doubt, the
closed shell has to lie below its triplet and below every unrestricted singlet that can be reached from it.

PySCF's own analysis of stability is not used: with a continuum attached it lets the solvent answer a rotation
of spins, which moves no charge (lowest eigenvalue for ozone -0.137 hartree in IEF-PCM, -0.012 in gas, while
the energy along it rises), and in 6-31++G** it takes ten times as long as the density.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from pyscf import lib
from pyscf.data.nist import HARTREE2EV
from pyscf.dft.numint import NumInt
from pyscf.dft.rks import RKS
from pyscf.dft.uks import UKS

from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ladder import climb
from oracles.chemistry.meanfield import mean_field
from oracles.chemistry.theory import COMPACT, DIFFUSE, Functional, Resources

SUSPICIOUS_GAP = 4.5
"""In eV, B3LYP. Open shells that closed-shell calculations converge for have less: O2 1.9, SO 1.2, S2 1.1,
BN 2.4, ozone 4.2; so have some closed shells (cyclobutadiene 3.4, methylglyoxal 4.3). Saturated additives
have 6 to 9, nitromethane 6.0."""

EXACT, PER_EXACT = 0.2, 12.0
"""Part of exact exchange in B3LYP, and by how many eV a gap grows for the whole of it: ozone has 4.2 with
B3LYP, 7.6 with M06-2X (0.54) and 7.4 with CAM-B3LYP (0.65 at long range), O2 1.9, 6.1, 5.6, and 13.6 with
Hartree-Fock. Pure functionals, whose gaps are smaller, are asked as B3LYP is: that costs time only."""

LOWER = 1e-4
"""Hartree by which another state has to lie lower."""

TOL = 1e-6
"""Convergence threshold of these energies in hartree."""

ANGLE = 0.3
"""Radians by which a filled orbital is turned into an empty one, in opposite senses for the two spins."""

FILLED, EMPTY = 3, 2
"""Highest filled and lowest empty orbitals that are mixed. HOMO and LUMO alone miss ozone, where they are of
another symmetry than the pair that is unstable."""


def suspicious_gap(xc: str) -> float:
    """Gap in eV below which a closed shell by this functional is compared with open ones."""
    _, far, near = NumInt().rsh_and_hybrid_coeff(xc)
    return SUSPICIOUS_GAP + PER_EXACT * max(0.0, float(max(far, near)) - EXACT)


def believe(
    gap: float,
    geometry: Geometry,
    functional: Functional,
    max_cycle: int,
    resources: Resources,
    of: str,
    doubted: RKS | None = None,
) -> None:
    """Compare a closed shell with its triplet and with unrestricted singlets, where its gap is small.

    On a coarse grid and without diffuse functions, which play no part in it.

    Parameters
    ----------
    gap
        LUMO minus HOMO of the closed shell, in eV.
    doubted
        PySCF's object of the closed shell, whose density and integrals serve again where the functions are
        the same.

    Raises
    ------
    ConvergenceError
        If one of the states does not converge, so that nothing can be told.
    RejectedError
        If another state lies lower.
    """
    if gap >= suspicious_gap(functional.xc):
        return
    rough = replace(
        functional,
        basis=COMPACT if functional.basis == DIFFUSE else functional.basis,
        grids=(0,),
        energy_grid=None,
        conv_tol=TOL,
    )
    like = doubted if functional.basis == rough.basis else None
    closed = mean_field(geometry, rough, resources.memory_mb, like=like)
    triplet, singlet = (mean_field(geometry, rough, resources.memory_mb, n, closed) for n in (2, 0))
    for mf in (closed, triplet, singlet):
        mf.max_cycle = max_cycle
    start = None if like is None else like.make_rdm1()
    _converge(closed, rough, start, resources, f"{of}: closed shell")
    _converge(triplet, rough, _promoted(closed), resources, f"{of}: triplet")
    _refuse_lower("triplet", closed, triplet)
    start = min(_turned(closed), key=lambda density: float(singlet.energy_tot(density)))
    _converge(singlet, rough, start, resources, f"{of}: open singlet")
    _refuse_lower("open-shell singlet", closed, singlet)


def _converge(
    mf: RKS | UKS, functional: Functional, start: FloatArray | None, resources: Resources, of: str
) -> None:
    climbed = climb(mf, functional, of, start)
    resources.account.rungs.extend(climbed.rungs)
    if not climbed.converged:
        raise ConvergenceError(f"whether this is a closed shell cannot be told: {of} did not converge")


def _refuse_lower(name: str, closed: RKS, other: UKS) -> None:
    lower = float(closed.e_tot - other.e_tot)
    if lower > LOWER:
        raise RejectedError(
            f"no closed shell: its {name} lies {lower * HARTREE2EV:.2f} eV lower, so that what was "
            "calculated is an excited state"
        )


def _promoted(closed: RKS) -> FloatArray:
    """Densities of both spins, shape ``(2, n, n)``, with one electron of the HOMO in the LUMO."""
    pairs = closed.mol.nelectron // 2
    return _densities([closed.mo_coeff, closed.mo_coeff], [pairs + 1, pairs - 1])


def _turned(closed: RKS) -> Iterator[FloatArray]:
    """Densities of both spins, shape ``(2, n, n)``, one for each pair of a filled and an empty orbital."""
    pairs, orbitals = closed.mol.nelectron // 2, closed.mo_coeff
    for filled in range(max(0, pairs - FILLED), pairs):
        for empty in range(pairs, min(orbitals.shape[1], pairs + EMPTY)):
            turned = []
            for angle in (ANGLE, -ANGLE):
                kept = orbitals.copy()
                kept[:, filled] = np.cos(angle) * orbitals[:, filled] + np.sin(angle) * orbitals[:, empty]
                turned.append(kept)
            yield _densities(turned, [pairs, pairs])


def _densities(orbitals: Sequence[FloatArray], filled: Sequence[int]) -> FloatArray:
    """Of the first orbitals of both spins; PySCF exchanges these faster where it is told of the orbitals."""
    occupied = np.array([np.arange(c.shape[1]) < n for c, n in zip(orbitals, filled, strict=True)], float)
    density = np.array([c[:, :n] @ c[:, :n].T for c, n in zip(orbitals, filled, strict=True)])
    tagged: FloatArray = lib.tag_array(density, mo_coeff=np.array(orbitals), mo_occ=occupied)
    return tagged
