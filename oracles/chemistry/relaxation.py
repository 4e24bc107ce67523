"""Relaxation with density-functional forces, from where GFN2-xTB came to rest."""

from __future__ import annotations

from dataclasses import replace
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
from oracles.chemistry.minimum import internal_modes
from oracles.chemistry.theory import LEAN, Functional, Resources
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


AHEAD = 0.1
"""In angstrom: a Newton step shorter than this is none. geomeTRIC believes its last step, which may be
short only because the one before went wrong: in dimethylsulfonium methylide it stopped 0.28 eV short of rest,
two hydrogens 0.8 angstrom from it, and the HOMO 0.2 eV off. Ordinary molecules, glycols among them, have 0.01
left."""

LOST = 0.3
"""In angstrom: what is still ahead after the last restart is no rest."""

RESTARTS = 3

SOFTEST = 3e-4
"""Curvature in hartree/bohr^2 below which the noise of a coarse grid in the forces would decide."""


FINER = 2
"""Level of PySCF's grids where a relaxation on LEAN has not come to rest. The forces leave out that the grid
moves with the atoms: near the minimum of sulfur tetrafluoride they led uphill for thirty steps."""


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
    the steps that follow. Where they end, the curvature is taken once more: what it says is still to go is
    gone, with that curvature. What does not come to rest on a lean grid begins again on a finer one.

    Returns
    -------
    tuple
        The geometry at rest, and how it came there.

    Raises
    ------
    ConvergenceError
        If the density or the geometry does not converge; the account has every try.
    """
    try:
        return _relaxed(geometry, functional, functional.name, resources)
    except ConvergenceError:
        if functional.grids != (LEAN,):
            raise
    finer = replace(functional, grids=(FINER,))
    return _relaxed(geometry, finer, f"{functional.name}, grid {FINER}", resources)


def _relaxed(
    geometry: Geometry, functional: Functional, level: str, resources: Resources
) -> tuple[Geometry, Trajectory]:
    began = resources.account.start()
    resources.scratch.mkdir(parents=True, exist_ok=True)
    molecule = Molecule()
    molecule.elem = list(geometry.symbols)
    molecule.xyzs = [geometry.positions]
    molecule.build_topology()
    with lib.temporary_env(lib.param, TMPDIR=str(resources.scratch)):
        mf = mean_field(geometry, functional, resources.memory_mb)
        engine = _Forces(molecule, mf, functional, resources.account)
        try:
            if len(geometry.symbols) == 1:  # a lone atom or ion is at rest; it has no internal coordinates
                alone = engine.calc_new(geometry.positions / lib.param.BOHR, "")
                positions, energies = [geometry.positions], [alone["energy"] * HARTREE2EV]
            else:
                positions, energies = _followed(geometry, engine, str(resources.scratch))
        except (Error, ConvergenceError) as error:
            resources.account.note("geometry", level, engine.steps, began, converged=False)
            raise ConvergenceError(f"the relaxation with {functional.xc} failed: {error}") from error
    return geometry.moved(positions[-1]), Trajectory.of(geometry, level, positions, energies)


def _followed(geometry: Geometry, engine: _Forces, scratch: str) -> tuple[list[FloatArray], list[float]]:
    """Positions in angstrom and energies in eV on the way to rest."""
    internal = DelocalizedInternalCoordinates(engine.M, build=True, connect=True, addcart=False)
    water = engine.functional.continuum is not None
    positions: list[FloatArray] = []
    energies: list[float] = []
    left, at, curvature = 0.0, geometry, semiempirical.hessian(geometry, water=water)
    for _ in range(RESTARTS + 1):
        start = at.positions.ravel() / lib.param.BOHR
        parameters = _parameters(curvature, MAX_STEPS - engine.steps)
        path = Optimize(start, engine.M, internal, engine, scratch, parameters, False)
        again = 1 if positions else 0  # a restart begins where the way before it ended
        positions += [np.array(xyz) for xyz in path.xyzs[again:]]
        energies += [float(energy) * HARTREE2EV for energy in path.qm_energies[again:]]
        at = geometry.moved(positions[-1])
        curvature = semiempirical.hessian(at, water=water)
        left = ahead(at, np.asarray(path.qm_grads[-1]), curvature)
        if left < AHEAD:
            break
    if left > LOST:
        raise ConvergenceError(f"a Newton step would still go {left:.1f} angstrom")
    return positions, energies


def _parameters(curvature: FloatArray, steps: int) -> OptParams:
    return OptParams(maxiter=steps, subfrctor=2, hess_data=curvature.tolist(), frequency=False, **THRESHOLDS)


def ahead(geometry: Geometry, gradient: FloatArray, curvature: FloatArray) -> float:
    """How far a Newton step would still go.

    Parameters
    ----------
    gradient
        Shape ``(3 n,)``, in hartree/bohr.
    curvature
        Shape ``(3 n, 3 n)``, in hartree/bohr^2; what is negative counts as what is positive.

    Returns
    -------
    float
        Largest displacement of an atom, in angstrom.
    """
    values, vectors = internal_modes(geometry.positions, curvature)
    along = vectors.T @ gradient.ravel() / np.maximum(np.abs(values), SOFTEST)
    step = (vectors @ along).reshape(-1, 3) * lib.param.BOHR
    return float(np.linalg.norm(step, axis=1).max())
