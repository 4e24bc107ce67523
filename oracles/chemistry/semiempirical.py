"""GFN2-xTB in implicit water or in gas: cheap energies and relaxed geometries.

Bannwarth, Ehlert & Grimme, 10.1021/acs.jctc.8b01176; ALPB: Ehlert et al., 10.1021/acs.jctc.1c00471.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.calculators.calculator import CalculatorError
from ase.optimize import LBFGS
from ase.optimize.precon import Exp, PreconLBFGS
from ase.units import Bohr, Hartree
from tblite.ase import TBLite
from tblite.exceptions import TBLiteRuntimeError
from tblite.interface import Calculator

from loop.protocols import ConvergenceError
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.trajectory import Trajectory

MAX_STEP = 0.2
"""Longest step of one atom, in angstrom."""

PRECONDITIONER = {"A": 3.0, "r_NN": 1.0, "r_cut": 4.0, "mu": 10.0}
"""Atoms are coupled by ``mu exp(-A (r / r_NN - 1))`` up to ``r_cut`` (A, eV/A^2). Neither halving
nor doubling one of them changes the steps by more than a tenth."""

STEP = 0.005
"""Displacement for differences of forces, in angstrom."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The end of a relaxation.

    Attributes
    ----------
    geometry
        The last geometry.
    energy
        Its GFN2 energy in the medium of the relaxation, in eV.
    converged
        Whether the forces fell below the threshold in time.
    path
        How it came there.
    """

    geometry: Geometry
    energy: float
    converged: bool
    path: Trajectory


@dataclass(frozen=True, eq=False)
class Point:
    """GFN2 at one geometry.

    Attributes
    ----------
    energy, homo, lumo
        In eV.
    charges
        Mulliken charges of the atoms, in e.
    """

    energy: float
    homo: float
    lumo: float
    charges: FloatArray


def point(geometry: Geometry, *, water: bool) -> Point:
    """Energy, frontier orbitals and charges, in implicit water (ALPB) or in gas.

    Raises
    ------
    ConvergenceError
        If the charges do not converge.
    """
    numbers = np.array(_atoms(geometry, water).numbers)
    calculator = Calculator("GFN2-xTB", numbers, geometry.positions / Bohr, float(geometry.charge), 0)
    calculator.set("verbosity", 0)
    if water:
        calculator.add("alpb-solvation", "water")
    try:
        found = calculator.singlepoint()
    except TBLiteRuntimeError as error:
        raise ConvergenceError(f"GFN2-xTB did not converge: {error}") from error
    orbitals = np.asarray(found.get("orbital-energies")) * Hartree
    filled = round(float(np.sum(found.get("orbital-occupations"))) / 2)
    return Point(
        float(found.get("energy")) * Hartree,
        float(orbitals[filled - 1]),
        float(orbitals[filled]),
        np.asarray(found.get("charges")),
    )


def relax(geometry: Geometry, *, fmax: float, steps: int, water: bool = True, soft: bool = False) -> Relaxed:
    """Relax with LBFGS, in implicit water (ALPB) or in gas.

    Parameters
    ----------
    fmax
        Largest force allowed on an atom, in eV/angstrom.
    steps
        Largest number of steps.
    soft
        Whether parts turn almost freely against each other, as waters around an ion do. There plain LBFGS
        stops on plateaus: it left eight complexes of glycerol 0.06 eV higher on average, two of them by
        0.2 eV, than a preconditioned one (Packwood et al., 10.1063/1.4947024) in fewer steps.

    Raises
    ------
    ConvergenceError
        If the charges do not converge at some geometry; a relaxation that runs out of steps returns
        with ``converged`` false.
    """
    atoms = _atoms(geometry, water)
    optimiser = _optimiser(atoms, soft=soft)
    positions: list[FloatArray] = []
    energies: list[float] = []

    def note() -> None:
        positions.append(np.array(atoms.positions))
        energies.append(float(atoms.get_potential_energy()))  # type: ignore[no-untyped-call]

    optimiser.attach(note)  # type: ignore[no-untyped-call]
    try:
        converged = bool(optimiser.run(fmax=fmax, steps=steps))  # type: ignore[no-untyped-call]
    except CalculatorError as error:
        raise ConvergenceError(f"GFN2-xTB did not converge: {error}") from error
    except RuntimeError:  # the preconditioned one found no way down
        converged = False
    path = Trajectory.of(geometry, level(water=water), positions, energies)
    return Relaxed(geometry.moved(positions[-1]), energies[-1], converged, path)


def _optimiser(atoms: Atoms, *, soft: bool) -> LBFGS | PreconLBFGS:
    if not soft:
        return LBFGS(atoms, logfile=None, maxstep=MAX_STEP)  # type: ignore[arg-type]
    preconditioner = Exp(**PRECONDITIONER)  # type: ignore[no-untyped-call]
    return PreconLBFGS(atoms, precon=preconditioner, logfile=None, maxstep=MAX_STEP)  # type: ignore[no-untyped-call]


def tried(
    start: Geometry, *, fmax: float, steps: int, water: bool = True, soft: bool = False
) -> Relaxed | None:
    """The same for one start of several, which may fail alone: ``None`` where the charges do not converge."""
    try:
        return relax(start, fmax=fmax, steps=steps, water=water, soft=soft)
    except ConvergenceError:
        return None


def hessian(geometry: Geometry, *, water: bool) -> FloatArray:
    """Second derivatives of the energy, shape ``(3 n, 3 n)``, in hartree/bohr^2, from differences of forces.

    Raises
    ------
    ConvergenceError
        If the charges do not converge at some geometry.
    """
    atoms = _atoms(geometry, water)
    rows = [
        (_gradient(atoms, geometry, k, STEP) - _gradient(atoms, geometry, k, -STEP)) / (2 * STEP)
        for k in range(geometry.positions.size)
    ]
    found = np.array(rows)
    symmetric: FloatArray = (found + found.T) / 2 * Bohr**2 / Hartree
    return symmetric


def _gradient(atoms: Atoms, geometry: Geometry, coordinate: int, by: float) -> FloatArray:
    moved = geometry.positions.copy()
    moved.flat[coordinate] += by
    atoms.positions = moved
    try:
        return -np.asarray(atoms.get_forces()).ravel()  # type: ignore[no-untyped-call]
    except CalculatorError as error:
        raise ConvergenceError(f"GFN2-xTB did not converge: {error}") from error


def level(*, water: bool) -> str:
    """What gives energies and forces, in words."""
    return "GFN2-xTB/ALPB(water)" if water else "GFN2-xTB"


def _atoms(geometry: Geometry, water: bool) -> Atoms:
    atoms = Atoms(list(geometry.symbols), geometry.positions)
    atoms.calc = TBLite(
        method="GFN2-xTB",
        charge=geometry.charge,
        multiplicity=1,
        solvation=("alpb", "water") if water else None,
        verbosity=0,
    )
    return atoms
