"""Relaxation with density-functional forces, from where GFN2-xTB came to rest."""

from __future__ import annotations

from typing import Any

import numpy as np
from geometric.engine import Engine
from geometric.errors import Error
from geometric.internal import DelocalizedInternalCoordinates
from geometric.molecule import Molecule
from geometric.optimize import Optimize
from geometric.params import OptParams
from pyscf import lib
from pyscf.data.nist import HARTREE2EV
from pyscf.dft.rks import RKS

from loop.protocols import ConvergenceError
from oracles.chemistry import semiempirical
from oracles.chemistry.account import Account
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ladder import climb
from oracles.chemistry.meanfield import mean_field
from oracles.chemistry.theory import Functional, Resources
from oracles.chemistry.trajectory import Trajectory

MAX_STEPS = 40

THRESHOLDS = {
    "convergence_energy": 1e-4,
    "convergence_grms": 7e-4,
    "convergence_gmax": 1e-3,
    "convergence_drms": 6.7e-3,
    "convergence_dmax": 1e-2,
}
"""Energy in hartree, gradients in hartree/bohr, displacements in angstrom.

Tighter on the forces than Gaussian's loose set and looser on the energy: the noise of a coarse
integration grid is above 1e-6 hartree and would keep the relaxation going for nothing."""


class _Forces(Engine):  # type: ignore[misc]
    """Energies and gradients from one PySCF object, each density starting from the last."""

    def __init__(self, molecule: Molecule, mf: RKS, functional: Functional, account: Account) -> None:
        super().__init__(molecule)
        self.scanner = mf.nuc_grad_method().as_scanner()
        self.functional, self.account = functional, account
        self.steps = 0

    def calc_new(self, coords: FloatArray, dirname: str) -> dict[str, Any]:  # noqa: ARG002
        """Energy in hartree and gradient, shape ``(3 n,)``, in hartree/bohr."""
        mol = self.scanner.mol.set_geom_(coords.reshape(-1, 3), unit="Bohr")
        self.steps += 1
        energy, gradient = self.scanner(mol)
        if not self.scanner.converged:
            energy, gradient = self._climbed()
        return {"energy": energy, "gradient": gradient.ravel()}

    def _climbed(self) -> tuple[float, FloatArray]:
        """The same from superposed atoms, by every way there is to converge a density."""
        atoms = self.scanner.base.get_init_guess(key=self.functional.guess)
        climbed = climb(self.scanner.base, self.functional, "step of a relaxation", atoms)
        self.account.rungs.extend(climbed.rungs)
        if not climbed.converged:
            tried = ", ".join(rung.name for rung in climbed.rungs)
            raise ConvergenceError(f"the density did not converge at step {self.steps}, tried: {tried}")
        return float(self.scanner.base.e_tot), np.asarray(self.scanner.kernel())


def relax(geometry: Geometry, functional: Functional, resources: Resources) -> tuple[Geometry, Trajectory]:
    """Relax with geomeTRIC (Wang & Song, 10.1063/1.4952956) in delocalised internal coordinates.

    The first step takes the curvature of GFN2, which costs nothing beside one density and leaves little to
    the steps that follow.

    Returns
    -------
    tuple
        The geometry at rest, and how it came there.

    Raises
    ------
    ConvergenceError
        If the density or the geometry does not converge; the account has the try.
    """
    began = resources.account.start()
    resources.scratch.mkdir(parents=True, exist_ok=True)
    molecule = Molecule()
    molecule.elem = list(geometry.symbols)
    molecule.xyzs = [geometry.positions]
    molecule.build_topology()
    internal = DelocalizedInternalCoordinates(molecule, build=True, connect=True, addcart=False)
    curvature = semiempirical.hessian(geometry, water=functional.continuum is not None).tolist()
    parameters = OptParams(maxiter=MAX_STEPS, subfrctor=2, hess_data=curvature, frequency=False, **THRESHOLDS)
    with lib.temporary_env(lib.param, TMPDIR=str(resources.scratch)):
        mf = mean_field(geometry, functional, resources.memory_mb)
        engine = _Forces(molecule, mf, functional, resources.account)
        start = geometry.positions.ravel() / lib.param.BOHR
        try:
            path = Optimize(start, molecule, internal, engine, str(resources.scratch), parameters, False)
        except (Error, ConvergenceError) as error:
            resources.account.note("geometry", functional.name, engine.steps, began, converged=False)
            raise ConvergenceError(f"the relaxation with {functional.xc} failed: {error}") from error
    energies = [float(energy) * HARTREE2EV for energy in path.qm_energies]
    return geometry.moved(np.array(path.xyzs[-1])), Trajectory.of(
        geometry, functional.name, path.xyzs, energies
    )
