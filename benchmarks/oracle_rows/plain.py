"""PySCF as it comes, and as good as it gets: what the accelerated oracles are held against.

Nothing here comes from ``oracles``; only names (functional, basis set, solvent) are read from it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from benchmarks.oracle_rows.structure import HARTREE, Structure, read_xyz

MEMORY_MB = 4000

BASES = {"6-31++g**": {"default": "6-31++g**", "Br": "def2-svpd"}}
"""Names that are not the same basis set for every element; see ``docs/oracles.md``."""

ROUGH: dict[str, Any] = {"fitted": True, "grid": 1, "surface": 11, "tolerance": 1e-6, "helped": False}


@dataclass(frozen=True)
class Recipe:
    """One calculation with PySCF's own means; ``None`` is always PySCF's default.

    Attributes
    ----------
    xc, basis, dispersion
        As PySCF knows them.
    solvent
        Method of PySCF's PCM, ``None`` for gas.
    permittivity
        Of the solvent.
    surface
        Order of the quadrature on each atom's sphere.
    fitted
        Whether density fitting is on.
    grid
        Level of the integration grid.
    tolerance
        Convergence threshold of the energy, in hartree.
    helped
        Whether the iteration starts from the density of :data:`ROUGH` instead of superposed atoms. It ends
        at the same density after fewer cycles; nothing that is timed is helped.
    """

    xc: str
    basis: str
    dispersion: str | None = None
    solvent: str | None = None
    permittivity: float | None = None
    surface: int | None = None
    fitted: bool = False
    grid: int | None = None
    tolerance: float | None = None
    helped: bool = False


def like(functional: Any) -> Recipe:  # noqa: ANN401 - whatever an oracle calls its functional
    """The same functional, basis set and solvent, and nothing that makes it fast."""
    water = functional.continuum
    return Recipe(
        functional.xc,
        functional.basis,
        functional.dispersion,
        water.method if water else None,
        water.permittivity if water else None,
    )


def job(structure: Structure, recipe: Recipe) -> dict[str, Any]:
    """The argument of :func:`solve`."""
    return {"xyz": structure.xyz(), **asdict(recipe)}


def solve(argument: dict[str, Any]) -> dict[str, Any]:
    """Energy in hartree, HOMO, LUMO and gap in eV, dipole in debye, of a closed shell; a child's function."""
    recipe = dict(argument)
    structure, wanted = read_xyz(recipe.pop("xyz")), Recipe(**recipe)
    mf = mean_field(structure, wanted)
    mf.kernel(dm0=_start(structure, wanted) if wanted.helped else None)
    filled = mf.mol.nelectron // 2
    homo, lumo = (float(e) * HARTREE for e in mf.mo_energy[filled - 1 : filled + 1])
    return {
        "energy": float(mf.e_tot),
        "homo": homo,
        "lumo": lumo,
        "gap": lumo - homo,
        "dipole": float(np.linalg.norm(mf.dip_moment(unit="Debye", verbose=0))),
        "converged": bool(mf.converged),
        "cycles": int(mf.cycles),
    }


def _start(structure: Structure, recipe: Recipe) -> Any:  # noqa: ANN401
    rough = mean_field(structure, replace(recipe, **ROUGH))
    rough.kernel()
    return rough.make_rdm1()


def mean_field(structure: Structure, recipe: Recipe, unpaired: int | None = None) -> Any:  # noqa: ANN401
    """PySCF's object, restricted, or with a number of unpaired electrons (0 too) unrestricted."""
    # PySCF loads only in the child that uses it.
    from pyscf import dft, gto  # noqa: PLC0415

    mol = gto.M(
        atom=list(zip(structure.symbols, structure.positions.tolist(), strict=True)),
        basis=BASES.get(recipe.basis, recipe.basis),
        charge=structure.charge,
        spin=unpaired or 0,
        max_memory=MEMORY_MB,
        verbose=0,
    )
    mf = (dft.RKS if unpaired is None else dft.UKS)(mol, xc=recipe.xc)
    if recipe.fitted:
        mf = mf.density_fit()
    if recipe.dispersion is not None:
        mf.disp = recipe.dispersion
    if recipe.grid is not None:
        mf.grids.level = recipe.grid
    if recipe.tolerance is not None:
        mf.conv_tol = recipe.tolerance
    return _in_solvent(mf, recipe)


def _in_solvent(mf: Any, recipe: Recipe) -> Any:  # noqa: ANN401
    if recipe.solvent is None:
        return mf
    mf = mf.PCM()
    mf.with_solvent.method = recipe.solvent
    if recipe.permittivity is not None:
        mf.with_solvent.eps = recipe.permittivity
    if recipe.surface is not None:
        mf.with_solvent.lebedev_order = recipe.surface
    return mf
