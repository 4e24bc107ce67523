"""Taking an electron from a molecule in water, and giving it one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyscf.data.nist import HARTREE2EV

from loop.molecule import Molecule
from loop.protocols import RejectedError
from oracles.chemistry import frontier
from oracles.chemistry.doublets import doublet
from oracles.chemistry.lowest import lowest
from oracles.chemistry.provenance import versions
from oracles.chemistry.selfconsistent import solve
from oracles.chemistry.theory import LARGEST_OUTSIDE, Functional, Resources

FARTHEST_FROM_HOMO, FARTHEST_FROM_LUMO = 0.5, 1.2
"""In eV. In water, an energy farther from that of the orbital the electron leaves or enters is another
state's. Over 25 molecules they lie up to 0.3 and 0.9 eV apart; the first excited cation of acrolein, to
which its own orbitals lead, lies 0.6 eV from the HOMO. In gas they are 4 eV apart, which tells nothing."""

HYDRATED_ELECTRON = 1.57
"""Electron affinity in eV that water itself offers: the potential of the hydrated electron, -2.87 V against
SHE (Wardman, 10.1063/1.555843), on the absolute scale of 4.44 V."""


@dataclass(frozen=True)
class Vertical:
    """Vertical energies in eV.

    Attributes
    ----------
    ip, ea
        Ionisation energy and electron affinity; positive where the molecule holds the electron.
    held
        Whether it holds the added one by itself; if not, ``ea`` is what compact functions make of it.
    details
        JSON-able provenance.
    """

    ip: float
    ea: float
    held: bool
    details: dict[str, Any]


def vertical(
    molecule: Molecule,
    functional: Functional,
    compact: Functional,
    forces: Functional,
    max_cycle: int,
    resources: Resources,
) -> Vertical:
    """Compute ionisation energy and electron affinity at the lowest conformer.

    Parameters
    ----------
    functional
        Gives the three energies.
    compact
        The same without diffuse functions: gives the affinity where the electron would be in nothing else.
    forces
        Relaxes the geometry.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`lowest`, :func:`solve`, :func:`frontier.believe` and :func:`doublet`; also if an energy
        is not that of the state asked about.
    """
    at = lowest(molecule, forces, max_cycle, resources)
    neutral = solve(at.geometry, functional, max_cycle, resources)
    frontier.believe(molecule, neutral)
    cation, anion = (
        doublet(neutral, at.geometry, charge, functional, max_cycle, resources) for charge in (1, -1)
    )
    ip = (cation.energy - neutral.energy) * HARTREE2EV
    held = anion.outside <= LARGEST_OUTSIDE
    empty, kept = neutral, anion
    if not held:
        empty = solve(at.geometry, compact, max_cycle, resources)
        kept = doublet(empty, at.geometry, -1, compact, max_cycle, resources)
    ea = (empty.energy - kept.energy) * HARTREE2EV
    if functional.continuum is not None:
        believe(molecule, "ionisation energy", ip, -neutral.homo, FARTHEST_FROM_HOMO)
        believe(molecule, "electron affinity", ea, -empty.lumo, FARTHEST_FROM_LUMO)
    if not held and ea >= HYDRATED_ELECTRON:
        raise RejectedError(
            f"{molecule} binds an electron by {ea:.2f} eV in compact functions, but with diffuse ones "
            f"{anion.outside:.0%} of it are outside"
        )
    details = {
        "isomer": at.isomer,
        "geometry": at.geometry.xyz(),
        "geometry_from": at.source,
        "conformers": at.conformers,
        **at.search,
        "energy_hartree": neutral.energy,
        "homo_ev": neutral.homo,
        "lumo_ev": neutral.lumo,
        "cation": cation.details(),
        "anion": anion.details(),
        "added_electron": "in the molecule" if held else "outside; affinity of compact functions",
        "compact": None if held else {"energy_hartree": empty.energy, "anion": kept.details()},
        "scf_cycles": neutral.cycles,
        "versions": versions(),
    }
    return Vertical(ip, ea, held, details)


def believe(molecule: Molecule, name: str, energy: float, orbital: float, farthest: float) -> None:
    """Check an energy in eV against the orbital that the electron leaves or enters.

    Raises
    ------
    RejectedError
        If they are so far apart that it must be another state's.
    """
    if not abs(energy - orbital) < farthest:
        raise RejectedError(
            f"the {name} of {molecule} is {energy:.2f} eV, more than {farthest:g} eV from its orbital's "
            f"{orbital:.2f} eV: another state"
        )
