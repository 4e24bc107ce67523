"""LUMO of [Zn(H2O)5L]2+: how readily a molecule is reduced where it is bound to zinc."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import sqrtm

from loop.molecule import Molecule
from oracles.chemistry import complexes, references
from oracles.chemistry.exchange import Level, believe_density, compute_reference
from oracles.chemistry.ligand import prepare
from oracles.chemistry.provenance import versions
from oracles.chemistry.selfconsistent import Solution, atomic_charges, solve
from oracles.chemistry.theory import Resources


@dataclass(frozen=True)
class Found:
    """LUMO of a complex in eV with its JSON-able provenance."""

    lumo: float
    details: dict[str, Any]


def lumo(molecule: Molecule, level: Level, protocol: str, kept: Path, resources: Resources) -> Found:
    """Compute the LUMO of the lowest intact monodentate complex.

    Parameters
    ----------
    protocol
        Digest of the protocol, the key of the aqua ion's charge on zinc.
    kept
        Directory for what belongs to a protocol and not to a molecule.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`prepare`, :func:`complexes.build`, :func:`solve` and :func:`believe_density`.
    """
    ligand = prepare(molecule, water=True)
    built = complexes.build(ligand)
    solution = solve(built.geometry, level.functional, level.max_cycle, resources)
    zinc = ligand.mol.GetNumAtoms()
    charge = float(atomic_charges(solution)[zinc])
    against = references.reference(protocol, kept, lambda: compute_reference(level, resources))
    believe_density(molecule, solution, charge - against.zinc_charge)
    details = {
        "isomer": ligand.isomer,
        **built.details(),
        "energy_hartree": solution.energy,
        "homo_ev": solution.homo,
        "gap_ev": solution.gap,
        "lumo_share_of_ligand": _share(solution, zinc),
        "zinc_charge": charge,
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
