"""LUMO of a complex: how readily a molecule is reduced where it is bound to an ion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import sqrtm

from loop.molecule import Molecule
from oracles.chemistry import complexes, denticity, references
from oracles.chemistry.bound import believe_density
from oracles.chemistry.exchange import compute_reference
from oracles.chemistry.level import Level
from oracles.chemistry.provenance import versions
from oracles.chemistry.selfconsistent import Solution, atomic_charges, solve
from oracles.chemistry.theory import Resources


@dataclass(frozen=True)
class Found:
    """LUMO of a complex in eV with its JSON-able provenance."""

    lumo: float
    details: dict[str, Any]


def lumo(molecule: Molecule, level: Level, kept: Path, resources: Resources, *, chelates: bool) -> Found:
    """Compute the LUMO of the lowest intact complex.

    Parameters
    ----------
    kept
        Directory for what belongs to a level and not to a molecule.
    chelates
        Whether the molecule may bind with more than one donor; GFN2 says which complex is the lowest.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`complexes.sought`, :func:`solve` and :func:`believe_density`.
    """
    ligand, built = complexes.sought(molecule, level.ion, resources.account, chelates=chelates)
    above = denticity.above_lowest(built.lowest)
    lowest = min(built.lowest, key=lambda c: above[str(c.denticity)])
    solution = solve(lowest.geometry, level.functional, level.max_cycle, resources, "complex")
    ion = ligand.mol.GetNumAtoms()
    charge = float(atomic_charges(solution)[ion])
    against = references.reference(level.settings(), kept, lambda: compute_reference(level, resources))
    believe_density(molecule, solution.gap, charge - against.ion_charge, level.ion)
    details = {
        "isomer": ligand.isomer,
        **lowest.details(),
        **built.details(),
        "gfn2_above_lowest_ev": above,
        "energy_hartree": solution.energy,
        "homo_ev": solution.homo,
        "gap_ev": solution.gap,
        "lumo_share_of_ligand": _share(solution, ion),
        "ion_charge": charge,
        "scf_cycles": solution.cycles,
        "versions": versions(),
    }
    return Found(solution.lumo, details)


def _share(solution: Solution, atoms: int) -> float:
    """Part of the LUMO on the first ``atoms`` atoms, after Lowdin."""
    mf = solution.mean_field
    orbital = np.real(sqrtm(mf.get_ovlp())) @ mf.mo_coeff[:, mf.mol.nelectron // 2]
    end = mf.mol.aoslice_by_atom()[atoms - 1, 3]
    return float(orbital[:end] @ orbital[:end])
