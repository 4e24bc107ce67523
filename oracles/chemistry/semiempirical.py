"""GFN2-xTB in implicit water or in gas: cheap energies and relaxed geometries.

Bannwarth, Ehlert & Grimme, 10.1021/acs.jctc.8b01176; ALPB: Ehlert et al., 10.1021/acs.jctc.1c00471.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.calculators.calculator import CalculatorError
from ase.optimize import LBFGS
from tblite.ase import TBLite

from loop.protocols import ConvergenceError
from oracles.chemistry.geometry import Geometry

MAX_STEP = 0.2
"""Longest step of one atom, in angstrom."""


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
    """

    geometry: Geometry
    energy: float
    converged: bool


def energy(geometry: Geometry, *, water: bool) -> float:
    """Energy in eV, in implicit water (ALPB) or in gas.

    Raises
    ------
    ConvergenceError
        If the charges do not converge.
    """
    atoms = _atoms(geometry, water)
    try:
        return float(atoms.get_potential_energy())  # type: ignore[no-untyped-call]
    except CalculatorError as error:
        raise ConvergenceError(f"GFN2-xTB did not converge: {error}") from error


def relax(geometry: Geometry, *, fmax: float, steps: int, water: bool = True) -> Relaxed:
    """Relax with LBFGS, in implicit water (ALPB) or in gas.

    Parameters
    ----------
    fmax
        Largest force allowed on an atom, in eV/angstrom.
    steps
        Largest number of steps.

    Raises
    ------
    ConvergenceError
        If the charges do not converge at some geometry; a relaxation that runs out of steps returns
        with ``converged`` false.
    """
    atoms = _atoms(geometry, water)
    optimiser = LBFGS(atoms, logfile=None, maxstep=MAX_STEP)  # type: ignore[arg-type]
    try:
        converged = bool(optimiser.run(fmax=fmax, steps=steps))  # type: ignore[no-untyped-call]
        found = float(atoms.get_potential_energy())  # type: ignore[no-untyped-call]
    except CalculatorError as error:
        raise ConvergenceError(f"GFN2-xTB did not converge: {error}") from error
    return Relaxed(geometry.moved(np.array(atoms.positions)), found, converged)


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
