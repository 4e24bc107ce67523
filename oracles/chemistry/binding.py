"""The energy of M + L -> ML in gas: an ion and one molecule, with nothing around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ase.units import Hartree

from loop.molecule import Molecule
from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import chelate, connectivity, donors, monodentate, relaxation, semiempirical, sites
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.ligand import Ligand, prepare
from oracles.chemistry.provenance import versions
from oracles.chemistry.selfconsistent import atomic_charges, solve
from oracles.chemistry.shell import rearranged, shell_of
from oracles.chemistry.theory import Functional, Resources

FMAX, STEPS = 0.05, 200
"""Of the GFN2 relaxation that chooses where the ion is; forces in eV/angstrom."""

SMALLEST_GAP = 1.0
"""In eV. Ammonia 6.7, water 5.0, methanol 3.0, urea 1.6: the bare ion's empty orbital lies low, so that a
small gap is no error yet; below this the closed shell is about to lose to two open ones."""

LEAST_CHARGE = 0.55
"""Smallest charge of the bound ion as a part of its own. Zinc keeps 1.75 with water, 1.68 with methanol, 1.58
with urea, 1.54 with ammonia, 1.24 with thiourea; beside a cation it would have 1.0."""


@dataclass(frozen=True)
class Binding:
    """A binding energy in eV with its JSON-able provenance."""

    energy: float
    details: dict[str, Any]


def binding(
    molecule: Molecule,
    ion: Ion,
    functional: Functional,
    forces: Functional,
    max_cycle: int,
    resources: Resources,
    *,
    counterpoise: bool,
) -> Binding:
    """Compute E(ML) - E(M) - E(L) in gas, each at its own relaxed geometry.

    Parameters
    ----------
    functional
        Gives the energies.
    forces
        Relaxes complex and molecule. GFN2 is not good enough: it has Zn-N 0.05 A too long in Zn(NH3)2+ (Zn-O
        in Zn(H2O)2+ 0.01 A too short), and moves an electron from urea to the ion; B3LYP/def2-SVP is within
        0.01 A of CCSD(T) for both.
    counterpoise
        Whether ion and molecule have the functions of the whole complex (Boys & Bernardi,
        10.1080/00268977000101561).

    Raises
    ------
    ConvergenceError, RejectedError
        If a geometry or a density does not converge, the ion takes the molecule apart, or the density is not
        that of an ion beside a molecule.
    """
    ligand = prepare(molecule, water=False, account=resources.account)
    free, _ = relaxation.relax(ligand.conformers[0], forces, resources)
    if (changed := connectivity.change(ligand.mol, ligand.isomer, free)) is not None:
        raise RejectedError(f"relaxing {ligand.isomer} with {forces.xc}: {changed}")
    bound = _bound(ligand, ion, forces, resources)
    density = solve(bound, functional, max_cycle, resources, "complex")
    shell = shell_of(bound, ligand.mol, ion)
    charge = float(atomic_charges(density)[len(free.symbols)])
    believe_density(molecule, density.gap, charge, ion)

    def energy(geometry: Geometry, of: str) -> float:
        return solve(geometry, functional, max_cycle, resources, of).energy

    ion_alone = energy(_ion(bound, ghosts=False), "ion")
    energies = {"complex": density.energy, "ligand": energy(free, "ligand"), "ion": ion_alone}
    superposed = _superposition(bound, ion_alone, energy) if counterpoise else 0.0
    found = (energies["complex"] - energies["ligand"] - energies["ion"] + superposed) * Hartree
    details = {
        "isomer": ligand.isomer,
        "ion": ion.name,
        "reaction": f"{ion.name} + L -> {ion.formula(0, 'L')}",
        "ligand": free.xyz(),
        "complex": bound.xyz(),
        "denticity": len(shell.ligand),
        "sites": list(shell.ligand),
        "ion_distances_angstrom": list(shell.distances),
        "ion_charge": charge,
        "gap_ev": density.gap,
        "energies_hartree": energies,
        "superposition_ev": superposed * Hartree if counterpoise else None,
        "scf_cycles": density.cycles,
        "versions": versions(),
    }
    return Binding(found, details)


def _superposition(bound: Geometry, ion_alone: float, energy: Callable[[Geometry, str], float]) -> float:
    """What ion and ligand gain, in hartree, by the other's functions at the geometry of the complex."""
    ion = ion_alone - energy(_ion(bound, ghosts=True), "ion among functions")
    bent = energy(_ligand(bound, ghosts=False), "ligand as bound")
    return ion + bent - energy(_ligand(bound, ghosts=True), "ligand among functions")


def _ion(bound: Geometry, *, ghosts: bool) -> Geometry:
    """The ion of a complex, with the functions of the ligand in its place or without."""
    if not ghosts:
        return Geometry(bound.symbols[-1:], bound.positions[-1:], bound.charge)
    return Geometry((*map(_ghost, bound.symbols[:-1]), bound.symbols[-1]), bound.positions, bound.charge)


def _ligand(bound: Geometry, *, ghosts: bool) -> Geometry:
    """The ligand of a complex, neutral, with the functions of the ion in its place or without."""
    if not ghosts:
        return Geometry(bound.symbols[:-1], bound.positions[:-1], 0)
    return Geometry((*bound.symbols[:-1], _ghost(bound.symbols[-1])), bound.positions, 0)


def _ghost(symbol: str) -> str:
    """As PySCF writes an atom that has functions only."""
    return f"ghost-{symbol}"


def _bound(ligand: Ligand, ion: Ion, forces: Functional, resources: Resources) -> Geometry:
    """The intact complex of lowest energy: GFN2 chooses among the starts, ``forces`` relax the choice."""
    starts = _starts(ligand, ion)
    if not starts:
        raise RejectedError(f"{ion.name} takes {ligand.isomer} apart from every start of GFN2-xTB")
    lowest = min(starts, key=lambda g: semiempirical.point(g, water=False).energy)
    relaxed, _ = relaxation.relax(lowest, forces, resources)
    if (wrong := flaw(ligand, ion, relaxed)) is not None:
        raise RejectedError(f"the bare complex of {ligand.isomer} with {ion.name}: {wrong}")
    return relaxed


def _starts(ligand: Ligand, ion: Ion) -> list[Geometry]:
    """The ion before every donor and in every chelate site, relaxed with GFN2, those still intact."""
    n = ligand.mol.GetNumAtoms()
    lone = ligand.conformers[0]
    found = [monodentate.starts(lone, d, ion, 1)[0] for d in donors.find(ligand.mol)]
    for site in sites.sites(ligand.mol):
        found += chelate.starts(ligand.mol, site, ion, 1)
    bare = [Geometry(g.symbols[: n + 1], g.positions[: n + 1], g.charge) for g in found]
    tried = [semiempirical.tried(g, fmax=FMAX, steps=STEPS, water=False) for g in bare]
    relaxed = [r.geometry for r in tried if r is not None]
    if not relaxed:
        raise ConvergenceError(f"GFN2-xTB converged for no complex of {ligand.isomer} with {ion.name}")
    return [g for g in relaxed if flaw(ligand, ion, g) is None]


def flaw(ligand: Ligand, ion: Ion, bound: Geometry) -> str | None:
    """Say why a complex is no ion beside the intact molecule (abstraction, a moved proton); else ``None``."""
    changed = rearranged(ligand.mol, ligand.isomer, bound)
    if changed is not None:
        return changed
    near = shell_of(bound, ligand.mol, ion).ligand
    return None if near else "the molecule left the ion"


def believe_density(molecule: Molecule, gap: float, charge: float, ion: Ion) -> None:
    """Check the density of a bare complex, whose lower asymptote M(q-1)+ + L+ is one electron away.

    Parameters
    ----------
    gap
        LUMO minus HOMO, in eV.
    charge
        Charge of the ion, in e.

    Raises
    ------
    RejectedError
        If charge has moved from the molecule to the ion.
    """
    if gap < SMALLEST_GAP:
        raise RejectedError(
            f"the gap of the bare complex of {molecule} is {gap:.2f} eV, below {SMALLEST_GAP:g} eV"
        )
    least = LEAST_CHARGE * ion.charge
    if charge < least:
        raise RejectedError(
            f"the charge of {ion.name} with {molecule} is {charge:+.2f}, below {least:+.2f}: charge transfer"
        )
