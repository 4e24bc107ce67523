"""Atoms brought to rest by tight binding."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.optimize import FIRE

from benchmarks.oracle_rows.structure import Structure

FMAX, STEPS = 0.03, 400
"""Largest force in eV/angstrom; steps."""


def rested(start: Structure, method: str, *, water: bool) -> tuple[float, Structure] | None:
    """Energy in eV and structure at rest; ``None`` if the calculation fails or does not come to rest."""
    from ase.calculators.calculator import CalculationFailed, CalculatorError  # noqa: PLC0415
    from tblite.ase import TBLite  # noqa: PLC0415 - only in the child

    atoms = Atoms(list(start.symbols), start.positions)
    solvation = ("alpb", "water") if water else None
    atoms.calc = TBLite(method=method, charge=start.charge, multiplicity=1, verbosity=0, solvation=solvation)
    try:
        rests = FIRE(atoms, logfile=None).run(fmax=FMAX, steps=STEPS)
        energy = float(atoms.get_potential_energy())  # type: ignore[no-untyped-call]
    except (CalculatorError, CalculationFailed):
        return None
    if not rests:
        return None
    return energy, Structure(start.symbols, np.array(atoms.positions), start.charge)
