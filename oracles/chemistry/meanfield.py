"""PySCF's object for one Kohn-Sham calculation."""

from __future__ import annotations

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
    geometry: Geometry, functional: Functional, memory_mb: int, unpaired: int | None = None
) -> RKS | UKS:
    """Set up PySCF's Kohn-Sham object on the last of its grids.

    Parameters
    ----------
    memory_mb
        Working memory, in MB.
    unpaired
        Electrons without a partner in an unrestricted calculation; ``None`` for a restricted closed shell.

    Raises
    ------
    InputError
        If PySCF has no such basis set for an element, no such functional, or no such correction for its
        dispersion.
    """
    try:
        mol = gto.M(
            atom=list(zip(geometry.symbols, geometry.positions.tolist(), strict=True)),
            basis=basis.named(functional.basis),
            cart=functional.functions != "spherical",
            charge=geometry.charge,
            spin=unpaired or 0,
            max_memory=memory_mb,
            verbose=0,
        )
    except (BasisNotFoundError, KeyError) as error:
        told = " ".join(str(error).split())
        raise InputError(f"PySCF has no basis set '{functional.basis}' for every element: {told}") from error
    mf = basis.kohn_sham(mol, functional.functions, functional.xc, restricted=unpaired is None)
    try:
        mf._numint.libxc.parse_xc(functional.xc)
    except (KeyError, ValueError, NotImplementedError) as error:
        raise InputError(f"libxc has no functional '{functional.xc}' that PySCF can use") from error
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
    return mf


def _check_dispersion(mf: RKS | UKS, functional: Functional) -> None:
    """Ask for the correction now: PySCF would look for its parameters with the first energy.

    A functional whose name ends in that of a correction (``wb97x-d3bj``) has one without being told.
    """
    try:
        mf.get_dispersion()
    except (NotImplementedError, RuntimeError) as error:
        told = " ".join(str(error).split())
        asked, instead = functional.dispersion, "another functional, or dispersion = 'none'"
        if asked is None:
            asked, instead = "in its name", "another functional"
        raise InputError(
            f"the functional '{functional.xc}' has no correction for dispersion ({asked}: {told}); "
            f"choose {instead}"
        ) from error
