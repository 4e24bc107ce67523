"""PySCF's object for one Kohn-Sham calculation."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import numpy as np
from pyscf import gto
from pyscf.dft.rks import RKS
from pyscf.dft.uks import UKS
from pyscf.lib.exceptions import BasisNotFoundError

from loop.protocols import InputError
from oracles.chemistry import basis
from oracles.chemistry.continuum import solvent
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.quadrature import KeptOrbitals, set_grid
from oracles.chemistry.theory import Functional


def mean_field(
    geometry: Geometry,
    functional: Functional,
    memory_mb: int,
    unpaired: int | None = None,
    like: RKS | UKS | None = None,
) -> RKS | UKS:
    """Set up PySCF's Kohn-Sham object on the last of its grids.

    Parameters
    ----------
    memory_mb
        Working memory, in MB.
    unpaired
        Electrons without a partner in an unrestricted calculation; ``None`` for a restricted closed shell.
    like
        Another object at the same geometry, in the same functions and continuum, of any charge and spin: its
        integrals serve for this one too. Only one of them may be at work at a time.

    Raises
    ------
    InputError
        If PySCF has no such basis set for an element, no such functional, or no dispersion for it.
    """
    mol = _molecule(geometry, functional, memory_mb, unpaired or 0)
    mf = basis.kohn_sham(mol, functional.functions, functional.xc, restricted=unpaired is None)
    _check_functional(mf, functional.xc)
    mf._numint = KeptOrbitals()
    if functional.density_fitting:
        mf = mf.density_fit(auxbasis=functional.auxiliary or basis.fitting(functional.basis))
    mf.init_guess = functional.guess
    mf.conv_tol = functional.conv_tol
    mf.conv_check = False  # its extra cycle is what selfconsistent does, on the grid that counts
    set_grid(mf, functional.grids[-1])
    if functional.dispersion is not None:
        mf.disp = functional.dispersion
        _check_dispersion(mf, functional)
    if functional.continuum is not None:
        mf = mf.PCM(solvent(mol, functional.continuum, memory_mb))
    if like is not None:
        _share(like, mf, functional)
    return mf


def check(elements: Sequence[str], functional: Functional, memory_mb: int) -> None:
    """Ask whether PySCF can do what a functional wants with these elements, before anything is calculated.

    Raises
    ------
    InputError
        See :func:`mean_field`.
    """
    atoms = [symbol for symbol in elements for _ in range(2)]  # two of each, for an even number of electrons
    apart = np.outer(np.arange(len(atoms)), (3.0, 0.0, 0.0))
    mean_field(Geometry(tuple(atoms), apart, 0), functional, memory_mb)


def _share(like: RKS | UKS, mf: RKS | UKS, functional: Functional) -> None:
    mf.grids, mf._numint = like.grids, like._numint
    if functional.density_fitting:
        mf.with_df = like.with_df
    if functional.continuum is not None:
        mf.with_solvent.kept = like.with_solvent.kept


def _molecule(geometry: Geometry, functional: Functional, memory_mb: int, unpaired: int) -> gto.Mole:
    try:
        mol = gto.M(
            atom=list(zip(geometry.symbols, geometry.positions.tolist(), strict=True)),
            basis=basis.named(functional.basis),
            cart=functional.functions != "spherical",
            charge=geometry.charge,
            spin=unpaired,
            max_memory=memory_mb,
            verbose=0,
        )
    except (BasisNotFoundError, KeyError, RuntimeError, ValueError, OSError) as error:
        why = " ".join(str(error).split())
        raise InputError(f"PySCF has no basis set '{functional.basis}' for every element: {why}") from error
    if bare := basis.without(mol):
        raise InputError(f"PySCF has no basis set '{functional.basis}' for {', '.join(bare)}")
    if cores := basis.cores(functional.basis, geometry.symbols):
        mol.build(ecp=cores)
    if bare := basis.wanting(mol):
        raise InputError(
            f"the basis set '{functional.basis}' cannot hold the electrons of {', '.join(bare)}, and PySCF "
            "has no core potential of that name; choose another, e.g. def2-tzvpd"
        )
    return mol


def _check_functional(mf: RKS | UKS, xc: str) -> None:
    try:
        exchange, parts = mf._numint.libxc.parse_xc(xc)
        mf.do_nlc()
    except (KeyError, ValueError) as error:
        raise InputError(f"libxc has no functional '{xc}'") from error
    except NotImplementedError as error:
        raise InputError(f"PySCF does not do '{xc}': {error}") from error
    if not parts and not any(exchange):
        raise InputError(f"'{xc}' is no functional: it has neither exchange nor correlation")


def _check_dispersion(mf: RKS | UKS, functional: Functional) -> None:
    if mf.do_nlc():
        raise InputError(
            f"'{functional.xc}' has dispersion of its own, {functional.dispersion} would count it twice; "
            "set dispersion to 'none'"
        )
    importlib.import_module("pyscf.dispersion")  # where it is missing, PySCF finds fault with the functional
    try:
        mf.get_dispersion()
    except (NotImplementedError, RuntimeError) as error:
        told = " ".join(str(error).split())
        raise InputError(
            f"there is no {functional.dispersion} for '{functional.xc}': {told}; choose another functional, "
            "or dispersion = 'none'"
        ) from error
