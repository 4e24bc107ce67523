"""One calculation as an oracle makes it, at a given geometry: the only row that reaches into ``oracles``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.oracle_rows.structure import Structure, read_xyz
from loop.parts import load
from oracles.chemistry.theory import Functional, Resources

PLAIN_SURFACE = 29
"""Order of the surface that PySCF takes by default."""

Change = Callable[[Functional], Functional]


def _one_grid(functional: Functional) -> Functional:
    last = functional.grids[-1] if functional.energy_grid is None else functional.energy_grid
    return replace(functional, grids=(last,), energy_grid=None)


def _fine_surface(functional: Functional) -> Functional:
    water = functional.continuum
    return replace(functional, continuum=water and replace(water, lebedev_order=PLAIN_SURFACE))


WITHOUT: dict[str, Change] = {
    "density fitting": lambda f: replace(f, density_fitting=False),
    "coarse grids first": _one_grid,
    "a coarse last grid": lambda f: replace(f, grids=(3,), energy_grid=None),
    "loose convergence": lambda f: replace(f, conv_tol=1e-9),
    "a coarse surface": _fine_surface,
    "a small fitting basis": lambda f: replace(f, auxiliary=None),
    "stored surface integrals": lambda f: f,
    "functions kept on the grid": lambda f: f,
    "the guess": lambda f: replace(f, guess="minao"),
}
"""Acceleration -> the functional without it."""

STORED, KEPT = "stored surface integrals", "functions kept on the grid"


def job(structure: Structure, oracle: Any, without: str | None = None) -> dict[str, Any]:  # noqa: ANN401
    """The argument of :func:`solve`."""
    return {
        "xyz": structure.xyz(),
        "oracle": oracle.kind,
        "settings": oracle.model_dump(),
        "without": without,
    }


def has(oracle: Any, acceleration: str) -> bool:  # noqa: ANN401
    """Whether an oracle makes use of an acceleration, so that it can be taken away."""
    functional = oracle.functional()
    if acceleration == STORED:
        return functional.continuum is not None
    if acceleration == KEPT:
        return True
    return bool(WITHOUT[acceleration](functional) != functional)


def solve(argument: dict[str, Any]) -> dict[str, Any]:
    """Energy in hartree, HOMO and LUMO in eV; a child's function."""
    # PySCF loads only in the child that uses it.
    from oracles.chemistry import continuum, quadrature, selfconsistent  # noqa: PLC0415
    from oracles.chemistry.geometry import Geometry  # noqa: PLC0415

    oracle: Any = load("oracles", argument["oracle"])(**argument["settings"])
    functional = oracle.functional()
    if argument["without"] == STORED:
        continuum.StoredPCM._memory_left_mb = _none  # type: ignore[method-assign,assignment]
    if argument["without"] == KEPT:
        quadrature.KeptOrbitals._affordable = _never  # type: ignore[method-assign,assignment]
    if argument["without"] is not None:
        functional = WITHOUT[argument["without"]](functional)
    structure = read_xyz(argument["xyz"])
    geometry = Geometry(structure.symbols, structure.positions, structure.charge)
    with tempfile.TemporaryDirectory(prefix="zincloop-") as scratch:
        resources = Resources(Path(scratch), oracle.max_memory_mb)
        found = selfconsistent.solve(geometry, functional, oracle.max_cycle, resources)
        return {"energy": found.energy, "homo": found.homo, "lumo": found.lumo, "cycles": found.cycles}


def _none(_: Any) -> float:  # noqa: ANN401
    """What memory StoredPCM finds left where it may keep nothing."""
    return 0.0


def _never(*_: Any) -> bool:  # noqa: ANN401
    """What KeptOrbitals finds where there is no memory for them."""
    return False
