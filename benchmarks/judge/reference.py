"""Orbitals as the unaccelerated protocol has them, at a geometry that a functional has relaxed."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from benchmarks.judge import shells
from benchmarks.oracle_rows.plain import Recipe, mean_field
from benchmarks.oracle_rows.structure import Structure, read_xyz

STEPS = 80
TIGHT = 1e-9
"""Hartree."""
UNITS = {"dipole": "debye"}
"""Of what is no energy."""
SIGMAS = 4.0
"""Stated uncertainties that a value may be away from the judge's."""


def job(structure: Structure, *, water: bool) -> dict[str, Any]:
    """The argument of :func:`relaxed`."""
    return {"xyz": structure.xyz(), "recipe": asdict(relaxing(water=water))}


def relaxing(*, water: bool) -> Recipe:
    """What atoms are moved by.

    Density fitting stays on (it moves them by less than 0.001 angstrom), and is off when orbitals are read.
    """
    return replace(shells.RECIPE, grid=3, solvent=shells.RECIPE.solvent if water else None)


def relaxed(argument: dict[str, Any]) -> dict[str, Any]:
    """Relax a geometry by geomeTRIC, with its own thresholds; a child's function.

    Returns
    -------
    dict
        ``xyz``, ``energy`` in hartree, ``converged``.
    """
    from pyscf.geomopt.geometric_solver import kernel  # noqa: PLC0415 - only in the child

    structure = read_xyz(argument["xyz"])
    mf = mean_field(structure, Recipe(**argument["recipe"]))
    if len(structure.symbols) == 1:
        return {"xyz": structure.xyz(), "energy": float(mf.kernel()), "converged": True}
    converged, mol = kernel(mf, maxsteps=STEPS, assert_convergence=True)
    moved = Structure(structure.symbols, np.asarray(mol.atom_coords(unit="Ang")), structure.charge)
    energy = float(mean_field(moved, Recipe(**argument["recipe"])).kernel())
    return {"xyz": moved.xyz(), "energy": energy, "converged": bool(converged)}


def orbital_recipe(recipe: Recipe) -> Recipe:
    """The orbitals' recipe without any acceleration, converged tightly."""
    return replace(recipe, fitted=False, grid=3, tolerance=TIGHT)


def disagreement(values: dict[str, tuple[float, float]], found: dict[str, Any]) -> str | None:
    """Say which value is further from the judge's than its stated uncertainty allows.

    Parameters
    ----------
    values
        ``homo``, ``lumo`` and ``gap`` in eV and ``dipole`` in debye -> value and standard uncertainty.
    found
        The judge's.
    """
    away = []
    for name, (value, uncertainty) in values.items():
        shift = value - found[name]
        if abs(shift) > SIGMAS * uncertainty:
            more, unit = f"more than {SIGMAS:g} x {uncertainty:g}", UNITS.get(name, "eV")
            away.append(f"{name} {value:.2f} {unit} is {shift:+.2f} from the reference, {more}")
    return "; ".join(away) or None
