"""Dissociation energies of bare Zn2+ with one ligand, the arithmetic behind :mod:`coupled_cluster`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from loop.protocols import ConvergenceError
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.theory import Functional, Resources

KCAL_PER_MOL = 627.5094740631
"""One hartree (CODATA 2018)."""

MAX_CYCLE, MEMORY_MB = 60, 3000

B3LYP = Functional("b3lyp", "def2-tzvpd", grids=(0, 2), conv_tol=1e-6)

CORE = {"Zn": 9, "O": 1, "N": 1}
"""Orbitals left uncorrelated: 1s to 3p of zinc, 1s of the others."""

SYMBOLS = {"water": ("O", "H", "H"), "ammonia": ("N", "H", "H", "H")}

FREE = {
    "water": [[0.0, 0.0, 0.00071], [0.76495, 0.0, 0.58615], [-0.76495, 0.0, 0.58615]],
    "ammonia": [
        [0.0, 0.0, 0.0042],
        [0.9425, 0.0, 0.3802],
        [-0.47125, 0.81623, 0.3802],
        [-0.47125, -0.81623, 0.3802],
    ],
}
"""In angstrom, relaxed with B3LYP/def2-TZVPD."""

BOUND = {
    "water": [[0.0, 0.0, 0.0102], [0.8052, 0.0, 0.57594], [-0.8052, 0.0, 0.57594], [0.0, 0.0, -1.86408]],
    "ammonia": [
        [0.0, 0.0, 0.00337],
        [0.96043, 0.0, 0.37849],
        [-0.48022, 0.83176, 0.37849],
        [-0.48022, -0.83176, 0.37849],
        [0.0, 0.0, -1.96004],
    ],
}
"""The same with Zn2+, the last atom; Zn-O 1.874, Zn-N 1.963 angstrom."""


@dataclass(frozen=True)
class Dissociation:
    """De of Zn2+-L in kcal/mol, at geometries of its own for free and bound ligand.

    Attributes
    ----------
    ligand
        ``water`` or ``ammonia``.
    method
        ``b3lyp`` (def2-TZVPD) or ``ccsd(t)`` (def2-TZVPP, frozen core, exact integrals).
    """

    ligand: str
    method: str

    @property
    def name(self) -> str:
        """Ion, ligand and method."""
        return f"Zn2+ and {self.ligand}, {self.method.upper()}"

    @property
    def expected_cpu_seconds(self) -> float:
        """As measured."""
        return 6.0 if self.method == "b3lyp" else {"water": 33.0, "ammonia": 55.0}[self.ligand]

    def compute(self, scratch: Path) -> dict[str, float]:
        """One value, ``De`` in kcal/mol."""
        energy = partial(_b3lyp, scratch) if self.method == "b3lyp" else coupled_cluster
        return {"De": dissociation(self.ligand, energy) * KCAL_PER_MOL}


def dissociation(ligand: str, energy: Callable[[Geometry], float]) -> float:
    """Energy of Zn2+ and ligand minus that of both together, in hartree."""
    symbols = SYMBOLS[ligand]
    free = Geometry(symbols, _positions(FREE[ligand]), 0)
    bound = Geometry((*symbols, "Zn"), _positions(BOUND[ligand]), 2)
    return energy(Geometry(("Zn",), np.zeros((1, 3)), 2)) + energy(free) - energy(bound)


def _positions(rows: list[list[float]]) -> FloatArray:
    return np.array(rows, dtype=np.float64)


def _b3lyp(scratch: Path, geometry: Geometry) -> float:
    # PySCF loads only when something is calculated.
    from oracles.chemistry.selfconsistent import solve  # noqa: PLC0415

    return solve(geometry, B3LYP, MAX_CYCLE, Resources(scratch, MEMORY_MB)).energy


def coupled_cluster(geometry: Geometry, core: Mapping[str, int] = CORE) -> float:
    """CCSD(T)/def2-TZVPP (Raghavachari et al., 10.1016/S0009-2614(89)87395-6) in hartree.

    Parameters
    ----------
    geometry
        At which the energy is taken.
    core
        Element -> how many of an atom's lowest orbitals are left uncorrelated.

    Raises
    ------
    ConvergenceError
        If the orbitals or the amplitudes do not converge.
    """
    from pyscf import cc, gto, scf  # noqa: PLC0415

    atoms = list(zip(geometry.symbols, geometry.positions.tolist(), strict=True))
    mol = gto.M(atom=atoms, basis="def2-tzvpp", charge=geometry.charge, max_memory=MEMORY_MB, verbose=0)
    field = scf.RHF(mol).run(conv_tol=1e-10)
    pairs = cc.CCSD(field, frozen=sum(core.get(symbol, 0) for symbol in geometry.symbols)).run()
    if not (field.converged and pairs.converged):
        raise ConvergenceError(f"CCSD of {''.join(geometry.symbols)} did not converge")
    return float(pairs.e_tot + pairs.ccsd_t())
