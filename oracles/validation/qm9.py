"""HOMO and LUMO of QM9's molecules at QM9's geometries: another program's numbers for the same question."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from loop.protocols import InputError
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.theory import GAUSSIAN_2DF_P, Functional, Resources
from oracles.validation.check import Check, Group, near

HARTREE = 27.211386245988
"""In eV (CODATA 2018)."""

TOLERANCE = 0.01
"""In eV. QM9 gives orbital energies to 1e-4 hartree, which is 0.003 eV. With :data:`FUNCTIONAL` 200
random molecules differ by 0.0049 eV at most; on grid 0 alone a LUMO was 0.016 eV off."""

COVERED = frozenset({"H", "C", "N", "O", "F"})
MAX_CYCLE, MEMORY_MB = 60, 3000

FUNCTIONAL = Functional("b3lyp", GAUSSIAN_2DF_P, grids=(0, 1), conv_tol=1e-6, functions="6d7f")


@dataclass(frozen=True)
class AtQM9Geometry:
    """Orbitals of one molecule of the shipped table."""

    index: int

    @property
    def name(self) -> str:
        """Its name."""
        return str(molecules()[self.index]["name"])

    @property
    def expected_cpu_seconds(self) -> float:
        """Grows with the square of the size."""
        heavy = len([symbol for symbol in molecules()[self.index]["symbols"] if symbol != "H"])
        return 0.4 + 0.15 * heavy**2

    def compute(self, scratch: Path) -> dict[str, float]:
        """``homo`` and ``lumo`` in eV."""
        kept = molecules()[self.index]
        positions = np.array(kept["positions_angstrom"], dtype=np.float64)
        homo, lumo = qm9_orbitals(Geometry(tuple(kept["symbols"]), positions, 0), scratch)
        return {"homo": homo, "lumo": lumo}


@cache
def molecules() -> dict[int, dict[str, Any]]:
    """The shipped molecules of QM9 by their number there."""
    table = json.loads(files("oracles").joinpath("data/qm9.json").read_text(encoding="utf-8"))
    return {molecule["index"]: molecule for molecule in table["molecules"]}


def qm9_orbitals(geometry: Geometry, scratch: Path | None = None) -> tuple[float, float]:
    """HOMO and LUMO in eV as QM9 has them, at a geometry given.

    Parameters
    ----------
    scratch
        Directory for temporary files; a passing one if not given.

    Raises
    ------
    InputError
        If there is another element than QM9 has.
    ConvergenceError, RejectedError
        See :func:`oracles.chemistry.selfconsistent.solve`.
    """
    if foreign := sorted(set(geometry.symbols) - COVERED):
        raise InputError(f"QM9 has no {', '.join(foreign)}; its elements are {', '.join(sorted(COVERED))}")
    if scratch is None:
        with tempfile.TemporaryDirectory(prefix="zincloop-") as passing:
            return qm9_orbitals(geometry, Path(passing))
    # PySCF loads only when something is calculated.
    from oracles.chemistry.selfconsistent import solve  # noqa: PLC0415

    found = solve(geometry, FUNCTIONAL, MAX_CYCLE, Resources(scratch, MEMORY_MB))
    return found.homo, found.lumo


def checks(full: bool) -> tuple[Check, ...]:  # noqa: ARG001 - a table of 200 is a benchmark
    """HOMO and LUMO of every shipped molecule."""
    return tuple(check for index in molecules() for check in _of(index))


def _of(index: int) -> Sequence[Check]:
    kept, calculation = molecules()[index], AtQM9Geometry(index)
    source = f"QM9, gdb {index}"
    return [
        near(
            f"{kept['name']} {key.upper()}",
            round(kept[f"{key}_hartree"] * HARTREE, 3),
            TOLERANCE,
            "eV",
            source,
            calculation,
            key,
        )
        for key in ("homo", "lumo")
    ]


GROUP = Group(
    "qm9",
    "HOMO and LUMO in gas at QM9's geometries, B3LYP/6-31G(2df,p), against Gaussian's "
    "(Ramakrishnan et al., 10.1038/sdata.2014.22)",
    "functional, basis set or integrals are no longer those of the published numbers",
    checks,
)
