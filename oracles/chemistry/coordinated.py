"""A complex and an exchange energy, as they are found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loop.molecule import Molecule
from loop.protocols import RejectedError
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ions import Ion
from oracles.chemistry.shell import Shell
from oracles.chemistry.trajectory import Trajectory

LARGEST_EXCHANGE = 1.5
"""Larger exchange energies (eV per water released, either sign) are not believed of a neutral ligand."""

MINIMA_APART = 0.15
"""In eV. Minima of the same donors are looked at up to so far above the lowest: GFN2 errs by 0.1 eV among
them."""


WEAK_DONOR = 0.1
"""Standard uncertainty in eV that a donor adds which stays at the edge of the first shell: GFN2, whose
geometry it is, has dibromomethylamine's exchange energy 0.5 eV above B3LYP's. An estimate."""


@dataclass(frozen=True, eq=False)
class Complex:
    """An intact complex.

    Attributes
    ----------
    ion
        What it is built around.
    geometry
        Atoms in the order ligand, ion, then O, H, H for each water.
    energy
        By GFN2 in implicit water, in eV.
    shell
        The first shell as it came out.
    kinds
        What the ligand's donors are, in the order of the shell.
    classes
        Which atoms these are, equal where symmetry makes them so, in the same order.
    path
        How it came to rest.
    """

    ion: Ion
    geometry: Geometry
    energy: float
    shell: Shell
    kinds: tuple[str, ...]
    classes: tuple[int, ...]
    path: Trajectory

    @property
    def denticity(self) -> int:
        """Number of the ligand's atoms in the shell, and of waters released."""
        return len(self.shell.ligand)

    @property
    def bound_by(self) -> str:
        """The ligand's donors, each with the atom's place: ``O2 (carbonyl O)``."""
        donors = zip(self.shell.ligand, self.kinds, strict=True)
        return " and ".join(f"{self.geometry.symbols[k]}{k + 1} ({kind})" for k, kind in donors)

    def details(self) -> dict[str, Any]:
        """The complex as JSON-able provenance."""
        atoms = self.shell.ligand + self.shell.waters
        return {
            "ion": self.ion.name,
            "reaction": self.ion.reaction(self.denticity),
            "complex": self.geometry.xyz(),
            "denticity": self.denticity,
            "sites": list(self.shell.ligand),
            "donors": [self.geometry.symbols[k] for k in self.shell.ligand],
            "donor_kinds": list(self.kinds),
            "coordination": self.shell.coordination,
            "waters_in_shell": len(self.shell.waters),
            "shell": [f"{self.geometry.symbols[k]}{k + 1}" for k in atoms],
            "ion_distances_angstrom": list(self.shell.distances),
            "trajectory": self.path.details("complex"),
        }


@dataclass(frozen=True)
class Built:
    """What a search found.

    Attributes
    ----------
    complexes
        The lowest intact ones of each denticity and each combination of donors: one donor first, of equal
        denticity the lowest by GFN2.
    others
        Other minima that were found.
    starts
        Denticity -> starting geometries tried.
    flaws
        Denticity -> what became of the starts, where none ended as an intact complex.
    weak
        Whether the molecule stays farther from the ion than donors do, at the edge of the first shell.
    """

    complexes: tuple[Complex, ...]
    others: tuple[Complex, ...]
    starts: Mapping[int, int]
    flaws: Mapping[int, str]
    weak: bool = False

    @property
    def lowest(self) -> tuple[Complex, ...]:
        """The lowest one of each denticity by GFN2, one donor first."""
        first = {c.denticity: c for c in reversed(self.complexes)}
        return tuple(first[n] for n in sorted(first))

    @property
    def families(self) -> tuple[tuple[Complex, ...], ...]:
        """Complexes with the same donors; they differ in conformation and in how waters turn."""
        return families(self.complexes)

    def further(self, family: Sequence[Complex]) -> list[Complex]:
        """More minima with the donors of a family, lowest first."""
        same, lowest = sorted(family[0].classes), min(c.energy for c in family)
        return [c for c in self.others if sorted(c.classes) == same and c.energy - lowest < MINIMA_APART]

    def details(self) -> dict[str, Any]:
        """The search as JSON-able provenance."""
        return {
            "starts": {str(n): k for n, k in self.starts.items()},
            "not_formed": {str(n): text for n, text in self.flaws.items()},
            "weak_donor": self.weak,
        }


def families(complexes: Iterable[Complex]) -> tuple[tuple[Complex, ...], ...]:
    """Complexes with the same donors, those of each family lowest first by GFN2."""
    found: dict[tuple[int, ...], list[Complex]] = {}
    for each in sorted(complexes, key=lambda c: c.energy):
        found.setdefault(tuple(sorted(each.classes)), []).append(each)
    return tuple(map(tuple, found.values()))


@dataclass(frozen=True)
class Exchange:
    """An exchange energy in eV with its JSON-able provenance."""

    energy: float
    details: dict[str, Any]


def uncertainty(usual: float, details: Mapping[str, Any]) -> float:
    """Standard uncertainty in eV of a number about a complex.

    Parameters
    ----------
    usual
        Where the donor is as near as donors are.
    details
        Those of :class:`Built` among them.
    """
    return math.hypot(usual, WEAK_DONOR) if details["weak_donor"] else usual


def believe(molecule: Molecule, exchange_energy: float, released: int) -> None:
    """Check an exchange energy in eV.

    Parameters
    ----------
    released
        Number of waters that the ligand displaced.

    Raises
    ------
    RejectedError
        If it is beyond what a neutral ligand can have.
    """
    largest = LARGEST_EXCHANGE * released
    if abs(exchange_energy) > largest:
        raise RejectedError(
            f"the exchange energy of {molecule} is {exchange_energy:.2f} eV, beyond {largest:g} eV"
        )
