"""The energy of [M(H2O)N]q+ + L -> [M(H2O)(N-n)L]q+ + n H2O, whatever number n of donors is the best."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ase.units import Hartree

from loop.molecule import Molecule, parse
from loop.protocols import RejectedError
from oracles.chemistry import complexes, denticity, references, semiempirical
from oracles.chemistry.coordinated import Complex, Exchange, believe
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.level import Level
from oracles.chemistry.ligand import prepare
from oracles.chemistry.provenance import versions
from oracles.chemistry.references import Reference
from oracles.chemistry.selfconsistent import Solution, atomic_charges, solve
from oracles.chemistry.theory import Resources


@dataclass(frozen=True, eq=False)
class Energy:
    """Energy of one geometry.

    Attributes
    ----------
    total
        In hartree, solvation included.
    solvation
        The part added from GFN2, in hartree; 0 where the continuum is part of the density.
    solution
        The density behind it.
    """

    total: float
    solvation: float
    solution: Solution


@dataclass(frozen=True, eq=False)
class Bound:
    """A complex with its density.

    Attributes
    ----------
    complex
        Its geometry.
    energy
        Of that geometry.
    charges
        Of its atoms, shape ``(n,)``, in e.
    exchange
        Energy of its reaction, in eV.
    """

    complex: Complex
    energy: Energy
    charges: FloatArray
    exchange: float

    @property
    def ion_charge(self) -> float:
        """Charge of the ion, in e."""
        return float(self.charges[self.complex.geometry.symbols.index(self.complex.ion.symbol)])

    def details(self) -> dict[str, Any]:
        """The density of the complex as JSON-able provenance."""
        solution = self.energy.solution
        return {
            "ion_charge": self.ion_charge,
            "donor_charges": [float(self.charges[k]) for k in self.complex.shell.ligand],
            "gap_ev": solution.gap,
            "complex_lumo_ev": solution.lumo,
        }


def exchange(
    molecule: Molecule, level: Level, kept: Path, resources: Resources, *, chelates: bool
) -> Exchange:
    """Compute the exchange energy of one molecule: the lowest over the denticities that it can have.

    Parameters
    ----------
    kept
        Directory for reference energies.
    chelates
        Whether the molecule may bind with more than one donor.

    Raises
    ------
    ConvergenceError, RejectedError
        See :func:`prepare`, :func:`complexes.build` and :func:`solve`; also if a check of a density
        or of an exchange energy fails.
    """
    ligand = prepare(molecule, water=True)
    built = complexes.build(ligand, level.ion, chelates=chelates)
    free = _energy(ligand.conformers[0], level, resources)
    against = references.reference(level.settings(), kept, lambda: compute_reference(level, resources))
    bound = [
        _bound(molecule, c, free, against, level, resources) for c in denticity.promising(built.complexes)
    ]
    best = min(bound, key=lambda b: b.exchange)
    details = {
        "isomer": ligand.isomer,
        "ligand": ligand.conformers[0].xyz(),
        **best.complex.details(),
        **best.details(),
        "exchange_ev": {str(b.complex.denticity): b.exchange for b in bound},
        "gfn2_above_lowest_ev": denticity.above_lowest(built.complexes),
        **built.details(),
        "energies_hartree": {
            "complex": best.energy.total,
            "ligand": free.total,
            "hydrate": against.hydrate,
            "water": against.water,
        },
        "solvation_hartree": {"complex": best.energy.solvation, "ligand": free.solvation},
        "scf_cycles": {"complex": best.energy.solution.cycles, "ligand": free.solution.cycles},
        "level_shift_hartree": max(best.energy.solution.level_shift, free.solution.level_shift),
        "versions": versions(),
    }
    return Exchange(best.exchange, details)


def compute_reference(level: Level, resources: Resources) -> Reference:
    """Energies of the hydrate and of water, built exactly as any other complex and ligand."""
    ligand = prepare(parse("O"), water=True)
    built = complexes.build(ligand, level.ion, chelates=False).complexes[0]
    bound = _energy(built.geometry, level, resources)
    free = _energy(ligand.conformers[0], level, resources)
    charge = float(atomic_charges(bound.solution)[ligand.mol.GetNumAtoms()])
    return Reference(bound.total, free.total, charge)


def _bound(
    molecule: Molecule, built: Complex, free: Energy, against: Reference, level: Level, resources: Resources
) -> Bound:
    energy = _energy(built.geometry, level, resources)
    charges = atomic_charges(energy.solution)
    released = built.denticity
    found = (energy.total + released * against.water - against.hydrate - free.total) * Hartree
    bound = Bound(built, energy, charges, found)
    believe_density(molecule, energy.solution.gap, bound.ion_charge - against.ion_charge, level.ion)
    believe(molecule, found, released)
    return bound


def _energy(geometry: Geometry, level: Level, resources: Resources) -> Energy:
    solution = solve(geometry, level.functional, level.max_cycle, resources)
    solvation = 0.0
    if level.correction:
        water = semiempirical.point(geometry, water=True).energy
        solvation = (water - semiempirical.point(geometry, water=False).energy) / Hartree
    return Energy(solution.energy + solvation, solvation, solution)


def believe_density(molecule: Molecule, gap: float, charge_shift: float, ion: Ion) -> None:
    """Check the density of a complex.

    Parameters
    ----------
    gap
        LUMO minus HOMO, in eV.
    charge_shift
        Charge of the ion against its hydrate's, in e.

    Raises
    ------
    RejectedError
        If charge has moved between ion and ligand.
    """
    if gap < ion.smallest_gap:
        raise RejectedError(
            f"the gap of the complex of {molecule} is {gap:.2f} eV, below {ion.smallest_gap:g} eV"
        )
    if abs(charge_shift) > ion.largest_shift:
        raise RejectedError(
            f"the charge of {ion.symbol} with {molecule} differs from the hydrate's by {charge_shift:+.2f}, "
            f"more than {ion.largest_shift:g}: charge transfer"
        )
